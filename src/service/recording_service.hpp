#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/recording.hpp"
#include "metrics/recordings.hpp"
#include "service/devices.hpp"
#include "service/diagnosis.hpp"
#include "service/events.hpp"
#include "service/outcome.hpp"
#include "service/repeats.hpp"
#include "service/serving_model.hpp"
#include "service/settings.hpp"
#include "storage/recording_store.hpp"

namespace auscult::service {

/// Makes the amplified WAV of a stored audio; what SqliteRecordingStore::open() wants.
Result<std::vector<std::byte>> listening_copy(const storage::StoredAudio& audio, double gain);

class Queue;
class UploadSessions;

/// The use cases. No HTTP, no SQL. Any thread, with one Workspace each.
class RecordingService {
 public:
  /// Models and store outlive the service.
  RecordingService(ModelSlot& models, storage::RecordingStore& store, ServiceConfig config);
  RecordingService(const RecordingService&) = delete;
  RecordingService& operator=(const RecordingService&) = delete;
  ~RecordingService();

  /// Decodes, classifies, stores; the recording it returns is on disk. Fails as settle(),
  /// audio::decode() and RecordingStore::insert() do, with invalid_argument on an empty body, and
  /// as MemoryBudget::Lease::add() does. The workspace may be another model's; it is then changed.
  Result<Recording> submit(const Upload& upload, classify::Workspace& workspace,
                           const storage::Origin& origin = {});
  /// As submit(), but a request that is sent again gets the answer that is stored: one with the
  /// same key, or, without one, the same bytes of the same device with the same parameters within
  /// `retry_window`. While the first is at work, the others wait. What failed is tried again. A
  /// conflict if the key was used for something else.
  Result<Outcome> submit_once(const Upload& upload, classify::Workspace& workspace);

  /// As submit_once(), but what is new is only kept, and judged later by the queue: its body is on
  /// disk when this returns, what it says of itself makes sense, and whether it is a sound will be
  /// seen. Fails with unavailable if the queue is full.
  Result<std::variant<Accepted, Outcome>> submit_later(const Upload& upload);

  /// What is done later, and who is told; service/queue.hpp.
  Queue& queue() { return *queue_; }
  /// Recordings that come in pieces; service/upload_sessions.hpp.
  UploadSessions& sessions() { return *sessions_; }

  /// How an upload would be read and kept. Fails as settle() does.
  [[nodiscard]] Result<Settings> settle(const Upload& upload) const;
  /// What submit() would answer, and stores nothing.
  [[nodiscard]] Result<Classification> classify(const Upload& upload,
                                                classify::Workspace& workspace) const;

  /// What arrived with an upload whose request says `input`: diagnose(), with what is set for the
  /// device and by the server as further sources. Stores nothing. Fails if the store does.
  [[nodiscard]] Result<Diagnosis> diagnose(DiagnosisInput input, const std::string& device,
                                           classify::Workspace& workspace) const;

  [[nodiscard]] Result<Recording> find(const std::string& id) const;
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const;
  [[nodiscard]] Result<storage::Page> list(const storage::ListQuery& query) const;
  /// The recording as a WAV file, as it came, not amplified.
  [[nodiscard]] Result<std::vector<std::byte>> wav(const std::string& id) const;
  /// What speaks for the answer in a recording's kept sound: that sound classified anew, with
  /// evidence. Its `model` says whether it is the one of the stored answer. Fails as find_audio()
  /// and classify() do.
  [[nodiscard]] Result<Classification> evidence(const std::string& id) const;

  [[nodiscard]] Result<std::vector<Recording>> stored_after(const std::string& id, int limit) const;

  /// Hides a recording; restore() undoes it for `undo_grace`, after which purge() deletes it.
  Status remove(const std::string& id, Timestamp at);
  Result<Recording> restore(const std::string& id, Timestamp at);
  /// Deletes for good what was removed `undo_grace` or more before `at`.
  Status purge(Timestamp at);
  /// What is to be done every few seconds: purge(), forgetting requests and sessions that are too
  /// old, deleting what is over `keep` and `keep_bytes`, and giving space back to the disk. Only
  /// some of it at a time, since uploads wait meanwhile.
  Status tidy(Timestamp at);

  /// Changes what is said of a recording. Fails as RecordingStore::review() does, and with
  /// invalid_argument on a label that the model does not know or a note over kMaxNoteBytes.
  Result<Recording> review(const std::string& id, const storage::ReviewChange& change,
                           Timestamp at);

  /// Those that were heard, the last one first, then those that only have settings.
  [[nodiscard]] Result<std::vector<Device>> devices() const;
  /// Sets what is assumed of a device from now on; what is empty is the server's choice again.
  /// Fails with invalid_argument on a name or a value that is out of bounds.
  Status set_device_settings(const std::string& name, const DeviceSettings& settings);

  /// What happens to recordings: stored, updated (reviewed or restored), removed.
  EventHub& events() { return events_; }

  /// The samples that were classified.
  [[nodiscard]] Result<audio::AudioClip> clip(const std::string& id) const;
  [[nodiscard]] Result<std::string> data_json() const;
  [[nodiscard]] Status check() const;
  /// The one in use at this moment.
  [[nodiscard]] std::shared_ptr<const ServingModel> model() const { return models_.current(); }
  /// Puts the model in that its files hold now. Fails as ModelSlot::reload() does.
  Result<std::shared_ptr<const ServingModel>> reload_model();

  /// The answer of `model` to a clip that came by itself. Stores nothing. Fails as
  /// Classifier::classify() and MemoryBudget::Lease::add() do. The workspace may be another
  /// model's; it is then changed.
  static Result<Classification> judge(const audio::AudioClip& clip, const ServingModel& model,
                                      classify::Workspace& workspace, MemoryBudget::Lease* memory);

  /// What became of all recordings since the start.
  [[nodiscard]] const metrics::RecordingMetrics& metrics() const { return metrics_; }
  [[nodiscard]] Result<storage::StoreSize> store_size() const { return store_.size(); }

 private:
  /// What a request is known by; its members are empty if it may not be the same as another.
  [[nodiscard]] Result<storage::Origin> origin_of(const Upload& upload) const;
  [[nodiscard]] Result<std::optional<Outcome>> find_earlier(const Upload& upload,
                                                            const storage::Origin& origin) const;
  Status retire(Timestamp at);

  [[nodiscard]] std::shared_ptr<const ServingModel> model_for(const Upload& upload) const;

  ModelSlot& models_;
  storage::RecordingStore& store_;
  ServiceConfig config_;
  EventHub events_;
  metrics::RecordingMetrics metrics_;
  Turns turns_;  ///< Of requests that may be the same.
  std::unique_ptr<UploadSessions> sessions_;
  std::unique_ptr<Queue> queue_;
};

}  // namespace auscult::service
