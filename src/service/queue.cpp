#include "service/queue.hpp"

#include <algorithm>
#include <utility>

#include "audio/decode.hpp"
#include "core/id.hpp"
#include "json/json.hpp"
#include "service/recording_service.hpp"
#include "service/repeats.hpp"

namespace auscult::service {
namespace {

using json::Json;

// What may pass by itself, such as a database that is away, is waited for; what may be a fault of
// ours, or kill the process, is not tried for ever.
constexpr Patience kUntilItPasses{50, std::chrono::seconds(1), std::chrono::seconds(300)};
constexpr Patience kSomeTries{5, std::chrono::seconds(1), std::chrono::seconds(300)};

// Long enough for people to see them; a receiver that is gone for good would leave one for each
// recording.
constexpr std::chrono::hours kDeadWebhooksKept{24 * 7};

constexpr double kBytesPerSample = 8;  // As floats in a vector that grows.

/// Whether the same bytes will fail again.
bool is_for_good(ErrorCode code) {
  return code == ErrorCode::invalid_argument || code == ErrorCode::malformed_audio ||
         code == ErrorCode::unsupported_format || code == ErrorCode::too_large;
}

/// What an upload says of itself, for its job.
std::string details_of(const Upload& upload) {
  Json details = {{"device", upload.device}, {"declared", declared_text(upload)}};
  if (upload.paced_bytes_per_s) details["bytes_per_s"] = *upload.paced_bytes_per_s;
  return json::dump(details);
}

Status read_details(const storage::Job& job, Upload& upload) {
  const Json details = Json::parse(job.details, nullptr, /*allow_exceptions=*/false);
  if (!details.is_object() || !details.value("device", Json()).is_string() ||
      !details.value("declared", Json()).is_string()) {
    return fail(ErrorCode::internal, "job " + job.id + " does not say what it is");
  }
  upload.device = details["device"].get<std::string>();
  if (details.contains("bytes_per_s") && details["bytes_per_s"].is_number()) {
    upload.paced_bytes_per_s = details["bytes_per_s"].get<double>();
  }
  return read_declared_text(details["declared"].get<std::string>(), upload);
}

}  // namespace

Result<storage::Queued> Queue::keep(const Upload& upload, const storage::Origin& origin,
                                    const storage::JobLimits& limits) {
  storage::NewUploadJob job;
  job.id = new_id(upload.received_at);
  job.details = details_of(upload);
  job.key = origin.key;
  job.fingerprint = origin.fingerprint;
  if (!origin.key) job.unless_queued = origin.unless_answered;
  job.created_at = upload.received_at;
  job.body = upload.body;
  Result<storage::Queued> queued = jobs_.enqueue(job, limits);
  if (queued) wake();
  return queued;
}

Status Queue::tidy(Timestamp at) {
  return jobs_.forget_dead(storage::JobKind::webhook, at - kDeadWebhooksKept);
}

void Queue::wake() {
  const std::lock_guard lock(mutex_);
  ++wakes_;
  woken_.notify_all();
}

void Queue::wait(const std::stop_token& stop, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  const std::uint64_t before = wakes_;
  woken_.wait_for(lock, stop, longest, [&] { return wakes_ != before; });
}

Status Queue::work(const storage::Job& job, const Worker& worker) {
  Status done = Ok{};
  if (job.tries() > (job.error ? kUntilItPasses : kSomeTries).tries) {
    // It came to no end, not even a failure.
    done = fail(ErrorCode::internal, "whoever worked on it ended before it did, " +
                                         std::to_string(job.tries() - 1) + " times");
  } else {
    done =
        job.kind == storage::JobKind::upload ? judge_upload(job, worker) : judge_anew(job, worker);
  }
  if (done) return done;
  const bool may_pass = done.error().code == ErrorCode::unavailable;
  return retry_later(job, done.error(), may_pass ? kUntilItPasses : kSomeTries);
}

Status Queue::retry_later(const storage::Job& job, const Error& error, const Patience& patience) {
  if (is_for_good(error.code) || job.tries() >= patience.tries) {
    return jobs_.bury(job.claim(), error);
  }
  std::chrono::seconds pause = patience.first_pause;
  for (int i = 1; i < job.tries() && pause < patience.longest_pause; ++i) pause *= 4;
  return jobs_.put_off(job.claim(), error, now() + std::min(pause, patience.longest_pause));
}

Status Queue::judge_upload(const storage::Job& job, const Worker& worker) {
  MemoryBudget::Lease lease(worker.memory);
  if (Status fits = lease.add(static_cast<std::size_t>(job.bytes)); !fits) return fits;
  const Result<std::vector<std::byte>> body = jobs_.body(job.id);
  if (!body) return body.error();
  Upload upload;
  upload.body = *body;
  upload.id = job.id;
  upload.received_at = job.created_at;
  upload.memory = &lease;
  if (Status read = read_details(job, upload); !read) return read;
  storage::Origin origin;
  origin.key = job.key;
  origin.fingerprint = job.fingerprint.value_or("");
  // It has been promised, whatever has come since.
  origin.job = job.claim();
  const Result<Recording> recording = recordings_.submit(upload, worker.workspace, origin);
  if (!recording) return recording.error();
  return Ok{};
}

Result<storage::NewAnswer> Queue::answer_anew(const storage::Pending& pending,
                                              const Worker& worker) {
  storage::NewAnswer answer{.sequence = pending.sequence, .class_name = "", .answer = ""};
  const auto without = [&](const Error& error) -> Result<storage::NewAnswer> {
    // What may pass is tried again with the whole job.
    if (error.code == ErrorCode::unavailable) return error;
    answer.error = error.message;
    return answer;
  };
  const Result<Recording> recording = recordings_.find(pending.id);
  if (!recording) return without(recording.error());
  const AudioSource& source = recording->source;
  MemoryBudget::Lease lease(worker.memory);
  const Status fits = lease.add(static_cast<std::size_t>(kBytesPerSample * source.duration_s *
                                                         source.sample_rate_hz * source.channels));
  if (!fits) return without(fits.error());
  const Result<audio::AudioClip> clip = recordings_.clip(pending.id);
  if (!clip) return without(clip.error());
  const std::shared_ptr<const ServingModel> model = recordings_.model();
  const Result<Classification> judged =
      RecordingService::judge(*clip, *model, worker.workspace, &lease);
  if (!judged) return without(judged.error());
  answer.class_name = judged->class_name();
  answer.confidence = judged->confidence;
  answer.answer = json::dump(json::to_json(*judged));
  return answer;
}

Status Queue::judge_anew(const storage::Job& job, const Worker& worker) {
  if (job.model && *job.model != recordings_.model()->info().sha256) {
    return fail(ErrorCode::unavailable, "another model took the place of the one it is for");
  }
  const Result<std::vector<storage::Pending>> pending = reclassifications_.pending(job);
  if (!pending) return pending.error();
  std::vector<storage::NewAnswer> answers;
  Timestamp renewed = now();
  for (const storage::Pending& each : *pending) {
    if (worker.is_stopping && worker.is_stopping()) {
      return fail(ErrorCode::unavailable, "its worker was stopped");
    }
    Result<storage::NewAnswer> answer = answer_anew(each, worker);
    if (!answer) return answer.error();
    answers.push_back(*std::move(answer));
    if (now() - renewed < worker.lease / 4) continue;
    renewed = now();
    if (Status kept = jobs_.renew(job.claim(), renewed + worker.lease); !kept) return kept;
  }
  return reclassifications_.finish(job, answers);
}

Result<storage::Reclassification> Queue::reclassify(const std::string& chosen,
                                                    const storage::ListQuery& which) {
  const std::shared_ptr<const ServingModel> model = recordings_.model();
  const model::ModelInfo& info = model->info();
  storage::Reclassification wanted;
  wanted.created_at = now();
  wanted.id = new_id(wanted.created_at);
  wanted.name = info.name;
  wanted.version = info.version;
  wanted.sha256 = info.sha256;
  wanted.chosen = chosen;
  return reclassifications_.begin(wanted, which);
}

}  // namespace auscult::service
