#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "service/settings.hpp"

namespace auscult::service {

/// A device as its recordings show it.
struct Device {
  std::string name;
  std::int64_t recordings = 0;
  std::optional<Recording> latest = {};    ///< Empty if it has settings but no recording.
  DeviceSettings settings = {};            ///< What was set for it.
  DeviceSettings assumed = {};             ///< What holds for raw PCM that says nothing; all set.
  std::vector<std::string> warnings = {};  ///< warnings_of() its latest recording.
};

/// What is wrong with the way a device sends, in words for its owner: samples at full scale, hardly
/// any sound, a rate that cannot be right, an offset word, a recording cut into pieces.
std::vector<std::string> warnings_of(const Recording& recording);

/// As one source of an upload's format. Fails with invalid_argument, naming the member, on a value
/// that is out of bounds.
Result<DeviceDefaults> to_defaults(const DeviceSettings& settings);

}  // namespace auscult::service
