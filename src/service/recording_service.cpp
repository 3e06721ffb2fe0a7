#include "service/recording_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "audio/archive.hpp"
#include "audio/decode.hpp"
#include "audio/level.hpp"
#include "audio/wav.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/limits.hpp"
#include "service/arrival.hpp"
#include "service/queue.hpp"
#include "service/upload_sessions.hpp"

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

std::size_t analysis_bytes(const audio::AudioClip& clip) {
  return static_cast<std::size_t>(classify::kAnalysisBytesPerS * clip.duration_s());
}

/// Counts what an upload takes after it has been decoded: first its analysis, then its words, the
/// kept copy of them and the listening copy; what is smaller is a part of what is larger.
Status make_room(MemoryBudget::Lease* memory, const audio::DecodedAudio& decoded,
                 std::span<const std::byte> body) {
  if (memory == nullptr) return Ok{};
  const std::size_t frames = decoded.clip.samples.size();
  const bool is_encoded_anew = decoded.container == "pcm" || decoded.container == "wav";
  const std::size_t copies =
      is_encoded_anew ? 2 * sizeof(float) * frames * static_cast<std::size_t>(decoded.channels)
                      : 2 * sizeof(float) * frames + body.size();
  return memory->add(std::max(copies, analysis_bytes(decoded.clip)));
}

}  // namespace

Result<std::vector<std::byte>> listening_copy(const storage::StoredAudio& audio, double gain) {
  const Result<audio::DecodedAudio> decoded = audio::decode(audio.bytes, {});
  if (!decoded) return decoded.error();
  return audio::encode_amplified_wav(decoded->clip, gain).bytes;
}

RecordingService::RecordingService(ModelSlot& models, storage::RecordingStore& store,
                                   ServiceConfig config)
    : models_(models),
      store_(store),
      config_(std::move(config)),
      events_(limits::kMaxEventListeners),
      sessions_(std::make_unique<UploadSessions>(*this, store, config_)),
      queue_(std::make_unique<Queue>(*this, store.sql())) {
  store_.listen([this](const Event& event) { events_.publish(event); });
}

RecordingService::~RecordingService() { store_.listen({}); }

Result<Settings> RecordingService::settle(const Upload& upload) const {
  const Result<DeviceSettings> set = store_.settings_of(device_of(upload));
  if (!set) return set.error();
  const Result<DeviceDefaults> kept = to_defaults(*set);
  if (!kept) return kept.error();
  return service::settle(upload, config_, *kept);
}

Result<Classification> RecordingService::classify(const Upload& upload,
                                                  classify::Workspace& workspace) const {
  const Result<Settings> settings = settle(upload);
  if (!settings) return settings.error();
  const Result<audio::DecodedAudio> decoded =
      audio::decode(upload.body, settings->declared, upload.memory);
  if (!decoded) return decoded.error();
  const std::shared_ptr<const ServingModel> model = model_for(upload);
  model->classifier.fit(workspace);
  return model->classifier.classify(decoded->clip, workspace);
}

std::shared_ptr<const ServingModel> RecordingService::model_for(const Upload& upload) const {
  return upload.model ? upload.model : models_.current();
}

Result<Recording> RecordingService::submit(const Upload& upload, classify::Workspace& workspace,
                                           const storage::Origin& origin) {
  if (upload.body.empty()) return fail(ErrorCode::invalid_argument, "No audio data received");
  const Result<Settings> settings = settle(upload);
  if (!settings) return settings.error();

  Stopwatch stopwatch;
  const Result<audio::DecodedAudio> decoded =
      audio::decode(upload.body, settings->declared, upload.memory);
  if (!decoded) return decoded.error();
  const Status fits = make_room(upload.memory, *decoded, upload.body);
  if (!fits) return fits.error();
  const double decode_ms = stopwatch.lap_ms();

  const std::shared_ptr<const ServingModel> model = model_for(upload);
  model->classifier.fit(workspace);
  Result<Classification> classification = model->classifier.classify(
      decoded->clip, workspace,
      upload.with_evidence ? classify::Evidence::include : classify::Evidence::omit);
  if (!classification) return classification.error();
  if (upload.paced_bytes_per_s) {
    const auto suspect = suspect_pace(*upload.paced_bytes_per_s, *decoded);
    if (suspect) add_suspicion(*suspect, *classification);
  }
  const double classify_ms = stopwatch.lap_ms();

  Result<audio::ArchivedAudio> archived = audio::archive(upload.body, settings->declared, *decoded);
  if (!archived) return archived.error();
  const audio::AmplifiedWav amplified = audio::encode_amplified_wav(decoded->clip, settings->gain);

  Recording recording = {.id = upload.id.empty() ? new_id(upload.received_at) : upload.id,
                         .device = settings->device,
                         .received_at = upload.received_at,
                         .source = describe(*decoded, upload.body),
                         .gain = settings->gain,
                         .clipped_fraction = amplified.clipped_fraction,
                         .result = *std::move(classification),
                         .timings = {decode_ms, classify_ms, stopwatch.lap_ms()},
                         .level = audio::measure_level(decoded->clip)};
  const storage::StoredAudio stored = {std::move(archived->media_type), std::move(archived->bytes)};
  if (model->inputs) {
    model->inputs->add(metrics::values_of({decoded->clip.samples, decoded->clip.sample_rate_hz,
                                           recording.level, recording.result.heart_rate_bpm}));
  }
  if (upload.computed) upload.computed();
  stopwatch.lap_ms();
  const Status inserted = store_.insert(recording, stored, amplified.bytes, origin);
  if (!inserted) return inserted.error();
  metrics_.stored(recording, stopwatch.lap_ms() / 1'000);
  return recording;
}

Result<Classification> RecordingService::judge(const audio::AudioClip& clip,
                                               const ServingModel& model,
                                               classify::Workspace& workspace,
                                               MemoryBudget::Lease* memory) {
  const Status fits = memory == nullptr ? Status(Ok{}) : memory->add(analysis_bytes(clip));
  if (!fits) return fits.error();
  model.classifier.fit(workspace);
  return model.classifier.classify(clip, workspace);
}

Result<std::shared_ptr<const ServingModel>> RecordingService::reload_model() {
  Result<std::shared_ptr<const ServingModel>> model = models_.reload();
  (model ? metrics_.reloads : metrics_.failed_reloads).add();
  return model;
}

Result<Diagnosis> RecordingService::diagnose(DiagnosisInput input, const std::string& device,
                                             classify::Workspace& workspace) const {
  const Result<DeviceSettings> set = store_.settings_of(device);
  if (!set) return set.error();
  const Result<DeviceDefaults> kept = to_defaults(*set);
  if (!kept) return kept.error();
  input.sources.push_back({"device's settings", kept->format});
  if (const auto known = config_.devices.find(device); known != config_.devices.end()) {
    input.sources.push_back({"server's settings for the device", known->second.format});
  }
  input.sources.push_back({"server's settings", config_.defaults.format, true});
  const std::shared_ptr<const ServingModel> model = models_.current();
  model->classifier.fit(workspace);
  return service::diagnose(input, &model->classifier, &workspace);
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
  const std::shared_ptr<const ServingModel> model = models_.current();
  classify::Workspace workspace = model->classifier.make_workspace();
  return model->classifier.classify(decoded->clip, workspace, classify::Evidence::include);
}

Result<std::vector<Recording>> RecordingService::stored_after(const std::string& id,
                                                              int limit) const {
  return store_.stored_after(id, limit);
}

Status RecordingService::remove(const std::string& id, Timestamp at) {
  return store_.remove(id, at);
}

Result<Recording> RecordingService::restore(const std::string& id, Timestamp at) {
  // What is past its grace is gone, whether or not anybody has come to delete it yet.
  if (const Status purged = purge(at); !purged) return purged.error();
  return store_.restore(id);
}

Status RecordingService::purge(Timestamp at) {
  const Result<std::int64_t> purged = store_.purge(at - config_.undo_grace);
  if (!purged) return purged.error();
  return Ok{};
}

Result<Recording> RecordingService::review(const std::string& id,
                                           const storage::ReviewChange& change, Timestamp at) {
  const std::shared_ptr<const ServingModel> model = models_.current();
  const std::vector<std::string>& labels = model->info().labels;
  if (change.label && *change.label &&
      std::find(labels.begin(), labels.end(), **change.label) == labels.end()) {
    return fail(ErrorCode::invalid_argument,
                "label \"" + **change.label + "\" is none of the model's");
  }
  if (change.note && *change.note && (*change.note)->size() > limits::kMaxNoteBytes) {
    return fail(ErrorCode::invalid_argument,
                "the note has more than " + std::to_string(limits::kMaxNoteBytes) + " bytes");
  }
  return store_.review(id, change, at);
}

Result<std::vector<Device>> RecordingService::devices() const {
  Result<std::vector<storage::DeviceSummary>> heard = store_.devices();
  if (!heard) return heard.error();
  Result<std::map<std::string, DeviceSettings>> settings = store_.device_settings();
  if (!settings) return settings.error();

  std::vector<Device> devices;
  for (storage::DeviceSummary& summary : *heard) {
    Device device{.name = summary.latest.device, .recordings = summary.recordings};
    device.warnings = warnings_of(summary.latest);
    device.latest = std::move(summary.latest);
    if (auto set = settings->extract(device.name)) device.settings = std::move(set.mapped());
    devices.push_back(std::move(device));
  }
  for (auto& [name, set] : *settings) devices.push_back({.name = name, .settings = set});
  for (Device& device : devices) {
    Upload silent;
    silent.device = device.name;
    const Result<DeviceDefaults> kept = to_defaults(device.settings);
    if (!kept) return kept.error();
    const Result<Settings> settled = service::settle(silent, config_, *kept);
    if (!settled) return settled.error();
    const audio::RawFormat raw = audio::raw_format(settled->declared);
    const bool big = raw.layout.byte_order == audio::ByteOrder::big;
    device.assumed = {raw.sample_rate_hz, raw.layout.channels,
                      std::string(audio::to_string(raw.layout.format)) + (big ? "be" : ""),
                      settled->gain};
  }
  return devices;
}

Status RecordingService::set_device_settings(const std::string& name,
                                             const DeviceSettings& settings) {
  if (Status named = check_device_name(name); !named) return named;
  if (const Result<DeviceDefaults> bounded = to_defaults(settings); !bounded) {
    return bounded.error();
  }
  return store_.set_device_settings(name, settings);
}

Result<audio::AudioClip> RecordingService::clip(const std::string& id) const {
  const Result<storage::StoredAudio> audio = store_.find_audio(id);
  if (!audio) return audio.error();
  Result<audio::DecodedAudio> decoded = audio::decode(audio->bytes, {});
  if (!decoded) return decoded.error();
  return std::move(decoded->clip);
}

Result<std::string> RecordingService::data_json() const { return store_.data_json(); }

Status RecordingService::check() const { return store_.check(); }

}  // namespace auscult::service
