#include "service/recording_service.hpp"

#include <chrono>
#include <utility>

#include "audio/archive.hpp"
#include "audio/decode.hpp"
#include "audio/wav.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"

namespace auscult::service {
namespace {

/// Milliseconds since the last call, or since it was made.
class Stopwatch {
 public:
  double lap_ms() {
    const auto time = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> lap = time - last_;
    last_ = time;
    return lap.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

AudioSource describe(const audio::DecodedAudio& decoded, std::span<const std::byte> body) {
  return {.container = decoded.container,
          .sample_format = decoded.sample_format,
          .sample_rate_hz = decoded.clip.sample_rate_hz,
          .channels = decoded.channels,
          .duration_s = decoded.clip.duration_s(),
          .body_bytes = static_cast<std::int64_t>(body.size()),
          .dropped_bytes = decoded.dropped_bytes,
          .sha256 = sha256_hex(body)};
}

}  // namespace

Result<std::vector<std::byte>> listening_copy(const storage::StoredAudio& audio, double gain) {
  const Result<audio::DecodedAudio> decoded = audio::decode(audio.bytes, {});
  if (!decoded) return decoded.error();
  return audio::encode_amplified_wav(decoded->clip, gain).bytes;
}

RecordingService::RecordingService(const classify::Classifier& classifier,
                                   storage::RecordingStore& store, ServiceConfig config)
    : classifier_(classifier), store_(store), config_(std::move(config)) {}

Result<Recording> RecordingService::submit(const Upload& upload, classify::Workspace& workspace) {
  if (upload.body.empty()) return fail(ErrorCode::invalid_argument, "No audio data received");
  const Result<Settings> settings = settle(upload, config_);
  if (!settings) return settings.error();

  Stopwatch stopwatch;
  const Result<audio::DecodedAudio> decoded = audio::decode(upload.body, settings->declared);
  if (!decoded) return decoded.error();
  const double decode_ms = stopwatch.lap_ms();

  Result<Classification> classification = classifier_.classify(
      decoded->clip, workspace,
      upload.with_evidence ? classify::Evidence::include : classify::Evidence::omit);
  if (!classification) return classification.error();
  const double classify_ms = stopwatch.lap_ms();

  Result<audio::ArchivedAudio> archived = audio::archive(upload.body, settings->declared);
  if (!archived) return archived.error();
  const audio::AmplifiedWav amplified = audio::encode_amplified_wav(decoded->clip, settings->gain);

  Recording recording = {.id = new_id(upload.received_at),
                         .device = settings->device,
                         .received_at = upload.received_at,
                         .source = describe(*decoded, upload.body),
                         .gain = settings->gain,
                         .clipped_fraction = amplified.clipped_fraction,
                         .result = *std::move(classification),
                         .timings = {decode_ms, classify_ms, stopwatch.lap_ms()}};
  const storage::StoredAudio stored = {std::move(archived->media_type), std::move(archived->bytes)};
  if (const Status inserted = store_.insert(recording, stored, amplified.bytes); !inserted) {
    return inserted.error();
  }
  return recording;
}

Result<Recording> RecordingService::find(const std::string& id) const { return store_.find(id); }

Result<Recording> RecordingService::latest(const std::optional<std::string>& device) const {
  return store_.latest(device);
}

Result<storage::Page> RecordingService::list(const storage::ListQuery& query) const {
  return store_.list(query);
}

Result<std::vector<std::byte>> RecordingService::wav(const std::string& id) const {
  const Result<storage::StoredAudio> audio = store_.find_audio(id);
  if (!audio) return audio.error();
  return audio::unarchive_to_wav(audio->bytes);
}

Result<Classification> RecordingService::evidence(const std::string& id) const {
  const Result<storage::StoredAudio> audio = store_.find_audio(id);
  if (!audio) return audio.error();
  const Result<audio::DecodedAudio> decoded = audio::decode(audio->bytes, {});
  if (!decoded) return decoded.error();
  classify::Workspace workspace = classifier_.make_workspace();
  return classifier_.classify(decoded->clip, workspace, classify::Evidence::include);
}

Status RecordingService::remove(const std::string& id) { return store_.remove(id); }

Result<std::string> RecordingService::data_json() const { return store_.data_json(); }

Status RecordingService::check() const { return store_.check(); }

const model::ModelInfo& RecordingService::model() const { return classifier_.model(); }

}  // namespace auscult::service
