#include "service/settings.hpp"

#include <algorithm>
#include <string_view>

#include "core/limits.hpp"

namespace auscult::service {
namespace {

constexpr std::string_view kPunctuation = "-_.:@+";

bool fits_device_name(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') ||
         kPunctuation.find(character) != std::string_view::npos;
}

// The start of a foreign name, fit to be shown.
std::string shown(const std::string& name) {
  std::string start = name.substr(0, limits::kMaxDeviceNameBytes);
  for (char& character : start) {
    if (character < ' ' || character > '~') character = '?';
  }
  return '"' + start + (start.size() < name.size() ? "...\"" : "\"");
}

}  // namespace

Status check_device_name(const std::string& name) {
  if (name.empty() || name.size() > limits::kMaxDeviceNameBytes ||
      !std::all_of(name.begin(), name.end(), fits_device_name)) {
    return fail(ErrorCode::invalid_argument,
                "the device's name is " + shown(name) + ", but must be 1 to " +
                    std::to_string(limits::kMaxDeviceNameBytes) + " letters, digits or any of " +
                    std::string(kPunctuation));
  }
  return Ok{};
}

Status check_gain(double gain) {
  if (!(gain >= 0 && gain <= limits::kMaxGain)) {
    return fail(ErrorCode::invalid_argument, "the gain is " + std::to_string(gain) +
                                                 ", but must be 0 to " +
                                                 std::to_string(limits::kMaxGain));
  }
  return Ok{};
}

std::string device_of(const Upload& upload) {
  return upload.device.empty() ? "default" : upload.device;
}

Result<Settings> settle(const Upload& upload, const ServiceConfig& config,
                        const DeviceDefaults& kept) {
  Settings settings;
  settings.device = device_of(upload);
  if (const Status named = check_device_name(settings.device); !named) return named.error();

  DeviceDefaults assumed = config.defaults;
  if (const auto device = config.devices.find(settings.device); device != config.devices.end()) {
    assumed.format = audio::merge(device->second.format, assumed.format);
    if (device->second.gain) assumed.gain = device->second.gain;
  }
  assumed.format = audio::merge(kept.format, assumed.format);
  if (kept.gain) assumed.gain = kept.gain;
  settings.declared = audio::merge(upload.declared, assumed.format);
  settings.gain = upload.gain.value_or(assumed.gain.value_or(kDefaultGain));
  if (const Status bounded = check_gain(settings.gain); !bounded) return bounded.error();
  return settings;
}

}  // namespace auscult::service
