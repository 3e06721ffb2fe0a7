#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace auscult {

/// So many a minute, and as many at once after a minute's rest: the generic cell rate algorithm
/// (ITU-T I.371, annex A.2), for which one time is all there is to remember. One thread.
class RequestRate {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes one; or, if there is none, says how long to wait for it, at least a second.
  std::optional<std::chrono::seconds> take(int per_minute, Clock::time_point now) {
    using namespace std::chrono_literals;
    const Clock::time_point recovered =
        std::max(recovered_at_.value_or(now), now) + cost(per_minute);
    if (recovered - now > 1min) {
      return std::max(1s, std::chrono::ceil<std::chrono::seconds>(recovered - now - 1min));
    }
    recovered_at_ = recovered;
    return std::nullopt;
  }

  /// What one takes of the minute.
  static Clock::duration cost(int per_minute) {
    return Clock::duration(std::chrono::minutes(1)) / per_minute;
  }

  /// Says when nothing of it will be used any more.
  void recover_at(Clock::time_point time) { recovered_at_ = time; }

 private:
  std::optional<Clock::time_point> recovered_at_;  ///< Empty: nothing has been taken.
};

}  // namespace auscult
