#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/recording.hpp"
#include "service/devices.hpp"
#include "service/diagnosis.hpp"
#include "service/events.hpp"
#include "service/settings.hpp"
#include "storage/recording_store.hpp"

namespace auscult::service {

/// Makes the amplified WAV of a stored audio; what RecordingStore::open() wants.
Result<std::vector<std::byte>> listening_copy(const storage::StoredAudio& audio, double gain);

/// The use cases. No HTTP, no SQL. Any thread, with one Workspace each.
class RecordingService {
 public:
  /// Classifier and store outlive the service.
  RecordingService(const classify::Classifier& classifier, storage::RecordingStore& store,
                   ServiceConfig config);

  /// Decodes, classifies, stores; the recording it returns is on disk. Fails as settle(),
  /// audio::decode() and RecordingStore::insert() do, and with invalid_argument on an empty body.
  /// `paced_bytes_per_s`: how fast the body came, if as steadily as a microphone delivers.
  Result<Recording> submit(const Upload& upload, classify::Workspace& workspace,
                           std::optional<double> paced_bytes_per_s = {});

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
  [[nodiscard]] const model::ModelInfo& model() const;

 private:
  const classify::Classifier& classifier_;
  storage::RecordingStore& store_;
  ServiceConfig config_;
  EventHub events_;
  std::mutex storing_;  ///< So that events tell of recordings in the order of the store.
};

}  // namespace auscult::service
