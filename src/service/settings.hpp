#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "core/memory_budget.hpp"
#include "core/time.hpp"
#include "storage/job_store.hpp"
#include "storage/upload_session.hpp"

namespace auscult::service {

/// The listening copy's gain where nobody asks for another; that of pcm_to_wav().
inline constexpr double kDefaultGain = 10.0;

struct ServingModel;

/// What one request brings.
struct Upload {
  std::span<const std::byte> body;  ///< Outlives the call, or the call of `heard`.
  audio::Declaration declared;      ///< By the request; the device's settings fill the rest.
  std::optional<double> gain;       ///< Of the listening copy.
  std::string device;               ///< Empty if the request names none.
  Timestamp received_at;
  bool with_evidence = false;  ///< Whether the answer is to say which moments speak for it.
  std::string id = {};         ///< That its recording is to have; empty: a new one.
  std::optional<std::string> idempotency_key = {};  ///< The client's own name for the request.
  std::optional<double> paced_bytes_per_s =
      {};  ///< How fast it came, if as steadily as a microphone.
  /// What its samples and copies are counted against; outlives the call. Null: nothing.
  MemoryBudget::Lease* memory = nullptr;
  /// What it is judged by. Null: the model in use.
  std::shared_ptr<const ServingModel> model = {};
  /// Called when all has been made of the body that is made of it: it is needed no more.
  std::function<void()> heard = {};
  /// Called when nothing is left to do but to store it: the workspace is needed no more.
  std::function<void()> computed = {};
};

/// What the server assumes of a device that does not say it in the request.
struct DeviceDefaults {
  audio::Declaration format;
  std::optional<double> gain;
};

struct ServiceConfig {
  DeviceDefaults defaults;                        ///< For every device.
  std::map<std::string, DeviceDefaults> devices;  ///< By name; what is set wins over `defaults`.
  /// How long a removed recording can be restored, before it is deleted for good.
  std::chrono::milliseconds undo_grace{60'000};

  /// How long after a request without a key the same one counts as sent again: the device waited in
  /// vain for the answer. 0: never. docs/decisions/0021
  std::chrono::milliseconds retry_window{0};
  /// How long a key, or a finished session, gives its answer again.
  std::chrono::milliseconds key_lifetime = std::chrono::hours(24);
  /// How long a recording may take to come in pieces.
  std::chrono::milliseconds session_lifetime = std::chrono::hours(24);
  storage::SessionLimits sessions;
  storage::JobLimits queue;

  /// How long recordings are kept, and how many bytes of them; 0: for ever, and all.
  std::chrono::hours keep{0};
  std::int64_t keep_bytes = 0;
  bool keep_reviewed = true;  ///< Whether those stay of which people said something.
};

/// How an upload is to be read and kept, nothing left open but what decode() assumes by itself.
struct Settings {
  std::string device;  ///< "default" if the request names none.
  audio::Declaration declared;
  double gain = kDefaultGain;
};

/// What holds for an upload: what the request says, then what a person set for the device (`kept`),
/// then the server's settings for it, then those for every device. Fails with invalid_argument on a
/// device's name or a gain that is none.
Result<Settings> settle(const Upload& upload, const ServiceConfig& config,
                        const DeviceDefaults& kept = {});

/// The name of the device that sends `upload`: "default" if the request names none.
std::string device_of(const Upload& upload);

/// Fails with invalid_argument unless `name` is one to kMaxDeviceNameBytes letters, digits or
/// characters of "-_.:@+": fit for a URL, a file's name, a line of a log and a page.
Status check_device_name(const std::string& name);

/// Fails with invalid_argument unless 0 <= gain <= kMaxGain.
Status check_gain(double gain);

}  // namespace auscult::service
