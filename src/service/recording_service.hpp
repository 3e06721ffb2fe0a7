#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/recording.hpp"
#include "storage/recording_store.hpp"

namespace auscult::service {

/// What one request brings.
struct Upload {
  std::span<const std::byte> body;  ///< Outlives the call.
  audio::Declaration declared;      ///< By the request; the device's settings fill the rest.
  std::optional<double> gain;       ///< Of the listening copy.
  std::string device;               ///< Empty if the request names none.
  Timestamp received_at;
};

/// What the server assumes of a device that does not say it in the request.
struct DeviceDefaults {
  audio::Declaration format;
  std::optional<double> gain;
};

struct ServiceConfig {
  DeviceDefaults defaults;                        ///< For every device.
  std::map<std::string, DeviceDefaults> devices;  ///< By name; what is set wins over `defaults`.
};

/// The use cases. No HTTP, no SQL. Any thread, with one Workspace each.
class RecordingService {
 public:
  RecordingService(const classify::Classifier& classifier, storage::RecordingStore& store,
                   ServiceConfig config);

  /// Decodes, classifies, stores; the recording it returns is on disk.
  Result<Recording> submit(const Upload& upload, model::Workspace& workspace);

  [[nodiscard]] Result<Recording> find(const std::string& id) const;
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const;
  [[nodiscard]] Result<storage::Page> list(const storage::ListQuery& query) const;
  /// The recording as a WAV file, as it came, not amplified.
  [[nodiscard]] Result<std::vector<std::byte>> wav(const std::string& id) const;
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
