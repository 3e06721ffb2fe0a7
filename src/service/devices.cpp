#include "service/devices.hpp"

#include <array>
#include <cstdio>

namespace auscult::service {
namespace {

// A few samples of a thump touch full scale; more is a gain too high.
constexpr double kClippedFraction = 0.001;
// Below this a 16-bit converter gives the sound some six bits.
constexpr double kQuietPeakDbfs = -54;
// Shorter than two slow heart beats.
constexpr double kShortestUsefulS = 2.5;

std::string number(double value, const char* format) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

template <typename T>
Status declare(audio::Declaration& declaration, const char* name, const std::optional<T>& value) {
  if (!value) return Ok{};
  Result<bool> known = false;
  if constexpr (std::is_same_v<T, std::string>) {
    known = audio::declare(declaration, name, *value);
  } else {
    known = audio::declare(declaration, name, std::to_string(*value));
  }
  if (!known) return known.error();
  return Ok{};
}

}  // namespace

std::vector<std::string> warnings_of(const Recording& recording) {
  std::vector<std::string> warnings;
  if (const auto& level = recording.level) {
    if (level->clipped_fraction > kClippedFraction) {
      warnings.push_back("clipping: " + number(100 * level->clipped_fraction, "%.1f") +
                         " % of the samples are at full scale; lower the gain of the microphone");
    }
    if (level->peak_dbfs < kQuietPeakDbfs) {
      warnings.push_back("very quiet: the loudest sample is " + number(level->peak_dbfs, "%.0f") +
                         " dB of full scale; raise the gain of the microphone");
    }
  }
  for (const std::string& reason : recording.result.quality.reasons) {
    // The classifier's words (docs/quality.md), and what the owner of the device can do.
    if (reason.starts_with("rate suspect")) {
      warnings.push_back(reason + "; set the rate of the device, or let it say its own");
    }
  }
  if (recording.source.dropped_bytes > 0) {
    warnings.push_back("the last upload ended within a sample (" +
                       std::to_string(recording.source.dropped_bytes) +
                       " bytes too many): are samples cut or a header sent?");
  }
  if (recording.source.duration_s < kShortestUsefulS) {
    warnings.push_back("only " + number(recording.source.duration_s, "%.1f") +
                       " s long: is one recording sent in several requests?");
  }
  return warnings;
}

Result<DeviceDefaults> to_defaults(const DeviceSettings& settings) {
  DeviceDefaults defaults;
  defaults.gain = settings.gain;
  if (settings.gain) {
    if (const Status bounded = check_gain(*settings.gain); !bounded) return bounded.error();
  }
  for (const Status& declared : {declare(defaults.format, "sample_rate", settings.sample_rate_hz),
                                 declare(defaults.format, "channels", settings.channels),
                                 declare(defaults.format, "format", settings.format)}) {
    if (!declared) return declared.error();
  }
  return defaults;
}

}  // namespace auscult::service
