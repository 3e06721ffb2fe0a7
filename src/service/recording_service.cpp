#include "service/recording_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "audio/archive.hpp"
#include "audio/block_reader.hpp"
#include "audio/decode.hpp"
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

AudioSource describe(const audio::SourceFormat& format, const classify::Heard& heard,
                     std::span<const std::byte> body, const storage::Origin& origin) {
  return {.container = format.container,
          .sample_format = format.sample_format,
          .sample_rate_hz = format.sample_rate_hz,
          .channels = format.channels,
          .duration_s = heard.duration_s(),
          .body_bytes = static_cast<std::int64_t>(body.size()),
          .dropped_bytes = format.dropped_bytes,
          .sha256 = origin.body_sha256.empty() ? sha256_hex(body) : origin.body_sha256};
}

Status count(MemoryBudget::Lease* memory, std::size_t bytes) {
  return memory == nullptr ? Status(Ok{}) : memory->add(bytes);
}

/// The most that the kept copy can be.
std::size_t most_kept_bytes(const audio::SourceFormat& format, const classify::Heard& heard,
                            std::span<const std::byte> body) {
  const bool is_encoded_anew = format.container == "pcm" || format.container == "wav";
  const std::size_t words = heard.level.frames() * static_cast<std::size_t>(format.channels);
  return std::max(body.size(), is_encoded_anew ? sizeof(std::int16_t) * words : 0);
}

/// Hears an upload to its end, block by block, each of which is also given to `take`. What is heard
/// and its analysis are counted against `memory`.
template <typename Take>
Result<classify::Heard> hear(audio::BlockReader& reader, const classify::Classifier& classifier,
                             MemoryBudget::Lease* memory, Take take) {
  const int rate_hz = reader.format().sample_rate_hz;
  classify::Listener listener(rate_hz, classifier.rates_hz());
  if (const auto frames = reader.frames()) listener.expect(*frames);
  for (;;) {
    const Result<std::span<const float>> block = reader.next();
    if (!block) return block.error();
    if (block->empty()) return std::move(listener).finish();
    const double duration_s = static_cast<double>(block->size()) / rate_hz;
    if (Status fits = count(memory, classifier.analysis_bytes(duration_s)); !fits) {
      return fits.error();
    }
    listener.take(*block);
    take(*block);
  }
}

Result<classify::Heard> hear(std::span<const std::byte> body, const audio::Declaration& declared,
                             const classify::Classifier& classifier, MemoryBudget::Lease* memory) {
  Result<audio::BlockReader> reader = audio::BlockReader::open(body, declared);
  if (!reader) return reader.error();
  return hear(*reader, classifier, memory, [](std::span<const float>) {});
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
  const std::shared_ptr<const ServingModel> model = model_for(upload);
  const Result<classify::Heard> heard =
      hear(upload.body, settings->declared, model->classifier, upload.memory);
  if (!heard) return heard.error();
  model->classifier.fit(workspace);
  return model->classifier.classify(*heard, workspace);
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
  const std::shared_ptr<const ServingModel> model = model_for(upload);
  Result<audio::BlockReader> reader = audio::BlockReader::open(upload.body, settings->declared);
  if (!reader) return reader.error();
  const audio::SourceFormat& format = reader->format();
  audio::AmplifiedWavWriter wav(format.sample_rate_hz, settings->gain);
  storage::Spool listening_wav = store_.new_listening_copy();
  Status kept = listening_wav.append(wav.header());
  Result<classify::Heard> heard =
      hear(*reader, model->classifier, upload.memory, [&](std::span<const float> block) {
        const std::span<const std::byte> amplified = wav.take(block);
        if (kept) kept = listening_wav.append(amplified);
      });
  if (!heard) return heard.error();
  if (kept) kept = listening_wav.write_at(0, wav.header());
  if (!kept) return kept.error();
  const double decode_ms = stopwatch.lap_ms();

  storage::Spool kept_copy = store_.new_kept_copy();
  const std::size_t collected = kept_copy.memory_for(most_kept_bytes(format, *heard, upload.body));
  if (Status fits = count(upload.memory, collected); !fits) return fits.error();
  Result<std::string> media_type =
      audio::archive(upload.body, settings->declared, format,
                     [&](std::size_t offset, std::span<const std::byte> bytes) {
                       return kept_copy.write_at(offset, bytes);
                     });
  if (!media_type) return media_type.error();
  Recording recording = {.id = upload.id.empty() ? new_id(upload.received_at) : upload.id,
                         .device = settings->device,
                         .received_at = upload.received_at,
                         .source = describe(format, *heard, upload.body, origin),
                         .gain = settings->gain,
                         .clipped_fraction = wav.clipped_fraction(),
                         .result = {},
                         .timings = {.decode_ms = decode_ms, .encode_ms = stopwatch.lap_ms()},
                         .level = heard->level.level()};
  if (upload.heard) upload.heard();
  // What of the kept copy is in memory and the store's copy of that, in place of what is held now.
  // Before the work, which would be for nothing if there is no room for what comes after it.
  const std::size_t held = collected + model->classifier.analysis_bytes(heard->duration_s());
  const std::size_t to_store = 2 * kept_copy.memory_for(kept_copy.size());
  if (Status fits = count(upload.memory, to_store - std::min(to_store, held)); !fits) {
    return fits.error();
  }

  model->classifier.fit(workspace);
  Result<Classification> classification = model->classifier.classify(
      *heard, workspace,
      upload.with_evidence ? classify::Evidence::include : classify::Evidence::omit);
  if (!classification) return classification.error();
  if (upload.paced_bytes_per_s) {
    const auto suspect = suspect_pace(*upload.paced_bytes_per_s, format);
    if (suspect) add_suspicion(*suspect, *classification);
  }
  recording.result = *std::move(classification);
  recording.timings.classify_ms = stopwatch.lap_ms();
  heard->clips = {};  // What is stored takes their place in memory.

  const storage::CollectedAudio sound = {*std::move(media_type), std::move(kept_copy)};
  if (model->inputs) {
    model->inputs->add(
        metrics::values_of({heard->beginning.samples, format.sample_rate_hz, heard->duration_s(),
                            recording.level, recording.result.heart_rate_bpm}));
  }
  if (upload.computed) upload.computed();
  stopwatch.lap_ms();
  const Status inserted = store_.insert(recording, sound, listening_wav, origin);
  if (!inserted) return inserted.error();
  metrics_.stored(recording, stopwatch.lap_ms() / 1'000);
  return recording;
}

Result<Classification> RecordingService::judge(const audio::AudioClip& clip,
                                               const ServingModel& model,
                                               classify::Workspace& workspace,
                                               MemoryBudget::Lease* memory) {
  const Status fits = count(memory, model.classifier.analysis_bytes(clip.duration_s()));
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
  const std::shared_ptr<const ServingModel> model = models_.current();
  const Result<classify::Heard> heard = hear(audio->bytes, {}, model->classifier, nullptr);
  if (!heard) return heard.error();
  classify::Workspace workspace = model->classifier.make_workspace();
  return model->classifier.classify(*heard, workspace, classify::Evidence::include);
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
