// The members of RecordingService that answer a request only once, and those that tidy up.
#include <chrono>
#include <utility>

#include "core/hash.hpp"
#include "service/queue.hpp"
#include "service/recording_service.hpp"

namespace auscult::service {
namespace {

// In one go; the next go is some seconds later.
constexpr int kMostBatches = 16;

}  // namespace

/// The outcome of an earlier request that was the same; empty if there is none.
Result<std::optional<Outcome>> RecordingService::find_earlier(const Upload& upload,
                                                              const storage::Origin& origin) const {
  if (origin.key) {
    Result<std::optional<storage::Answered>> earlier = store_.find_answered(*origin.key);
    if (!earlier) return earlier.error();
    if (!*earlier ||
        (*earlier)->recording.received_at + config_.key_lifetime <= upload.received_at) {
      return std::optional<Outcome>();
    }
    if ((*earlier)->fingerprint != origin.fingerprint) {
      return std::optional<Outcome>(
          Conflict{Conflict::Kind::key_reused,
                   "this Idempotency-Key came with other audio or parameters before (recording " +
                       (*earlier)->recording.id + "): each recording needs a key of its own"});
    }
    return std::optional<Outcome>(Stored{std::move((*earlier)->recording), true});
  }
  // In both directions, since the clock may have been set back in between.
  Result<std::optional<Recording>> earlier =
      store_.find_repeated(origin.fingerprint, upload.received_at - config_.retry_window,
                           upload.received_at + config_.retry_window);
  if (!earlier) return earlier.error();
  if (!*earlier) return std::optional<Outcome>();
  return std::optional<Outcome>(Stored{*std::move(*earlier), true});
}

Result<storage::Origin> RecordingService::origin_of(const Upload& upload) const {
  storage::Origin origin;
  const bool may_repeat = upload.idempotency_key || config_.retry_window.count() > 0;
  if (!may_repeat || upload.body.empty()) return origin;
  // Settled first, so that a device's name that is none makes no key.
  const Result<Settings> settled = settle(upload);
  if (!settled) return settled.error();

  origin.body_sha256 = sha256_hex(upload.body);
  if (upload.idempotency_key) {
    // What the client said, whatever was set for it in between.
    origin.key = device_of(upload) + ' ' + *upload.idempotency_key;
    origin.fingerprint = fingerprint(upload, origin.body_sha256);
    // Of all that are younger; a clock may have been set back.
    origin.unless_answered = {
        upload.received_at - config_.key_lifetime + std::chrono::milliseconds(1), Timestamp::max()};
  } else {
    // Who changes the settings or the model and sends the same again wants another answer.
    Upload understood = upload;
    understood.declared = settled->declared;
    understood.gain = settled->gain;
    origin.fingerprint = fingerprint(understood, origin.body_sha256, model()->info().sha256);
    origin.unless_answered = {upload.received_at - config_.retry_window,
                              upload.received_at + config_.retry_window};
  }
  return origin;
}

Result<Outcome> RecordingService::submit_once(const Upload& upload,
                                              classify::Workspace& workspace) {
  const Result<storage::Origin> origin = origin_of(upload);
  if (!origin) return origin.error();
  const auto store = [&]() -> Result<Outcome> {
    Result<Recording> recording = submit(upload, workspace, *origin);
    if (!recording) return recording.error();
    return Outcome(Stored{*std::move(recording), false});
  };
  if (origin->fingerprint.empty()) return store();
  const Turns::Turn turn = turns_.take(origin->key.value_or(origin->fingerprint));
  Result<std::optional<Outcome>> earlier = find_earlier(upload, *origin);
  if (!earlier) return earlier.error();
  if (*earlier) return **std::move(earlier);
  Result<Outcome> outcome = store();
  if (outcome || outcome.error().code != ErrorCode::unavailable) return outcome;
  // Another process on the same store was quicker, perhaps.
  earlier = find_earlier(upload, *origin);
  if (earlier && *earlier) return **std::move(earlier);
  return outcome;
}

Result<std::variant<Accepted, Outcome>> RecordingService::submit_later(const Upload& upload) {
  using Answer = std::variant<Accepted, Outcome>;
  if (upload.body.empty()) return fail(ErrorCode::invalid_argument, "No audio data received");
  const Result<Settings> settled = settle(upload);
  if (!settled) return settled.error();
  const Result<storage::Origin> origin = origin_of(upload);
  if (!origin) return origin.error();
  if (!origin->fingerprint.empty()) {
    Result<std::optional<Outcome>> earlier = find_earlier(upload, *origin);
    if (!earlier) return earlier.error();
    if (*earlier) return Answer(**std::move(earlier));
  }
  // Settled here, so that whoever judges it needs none of these settings.
  Upload understood = upload;
  understood.device = settled->device;
  understood.declared = settled->declared;
  understood.gain = settled->gain;
  const Result<storage::Queued> queued = queue_->keep(understood, *origin, config_.queue);
  if (!queued) return queued.error();
  if (queued->fingerprint != origin->fingerprint) {
    return Answer(Outcome(
        Conflict{Conflict::Kind::key_reused,
                 "this Idempotency-Key came with other audio or parameters before (recording " +
                     queued->id + "): each recording needs a key of its own"}));
  }
  return Answer(Accepted{queued->id, !queued->is_new});
}

Status RecordingService::retire(Timestamp at) {
  storage::Retention retention;
  if (config_.keep.count() > 0) retention.received_before = at - config_.keep;
  if (config_.keep_bytes > 0) retention.max_bytes = config_.keep_bytes;
  retention.keep_reviewed = config_.keep_reviewed;
  if (!retention.received_before && !retention.max_bytes) return Ok{};
  for (int batch = 0; batch < kMostBatches; ++batch) {
    const Result<std::vector<std::string>> ids = store_.retire(retention);
    if (!ids) return ids.error();
    if (ids->empty()) return Ok{};
  }
  return Ok{};
}

Status RecordingService::tidy(Timestamp at) {
  if (Status purged = purge(at); !purged) return purged;
  Status forgotten = store_.forget_requests(at - config_.retry_window, at - config_.key_lifetime);
  if (!forgotten) return forgotten;
  const Result<std::int64_t> expired = store_.purge_sessions(at);
  if (!expired) return expired.error();
  if (Status tidied = queue_->tidy(at); !tidied) return tidied;
  if (Status retired = retire(at); !retired) return retired;
  return store_.shrink();
}

}  // namespace auscult::service
