#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/recording.hpp"
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
  Result<Recording> submit(const Upload& upload, classify::Workspace& workspace);

  [[nodiscard]] Result<Recording> find(const std::string& id) const;
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const;
  [[nodiscard]] Result<storage::Page> list(const storage::ListQuery& query) const;
  /// The recording as a WAV file, as it came, not amplified.
  [[nodiscard]] Result<std::vector<std::byte>> wav(const std::string& id) const;
  /// What speaks for the answer in a recording's kept sound: that sound classified anew, with
  /// evidence. Its `model` says whether it is the one of the stored answer. Fails as find_audio()
  /// and classify() do.
  [[nodiscard]] Result<Classification> evidence(const std::string& id) const;
  Status remove(const std::string& id);
  [[nodiscard]] Result<std::string> data_json() const;
  [[nodiscard]] Status check() const;
  [[nodiscard]] const model::ModelInfo& model() const;

 private:
  const classify::Classifier& classifier_;
  storage::RecordingStore& store_;
  ServiceConfig config_;
};

}  // namespace auscult::service
