#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace auscult::access {

/// So many a minute, and as many at once after a minute's rest. One thread.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(int per_minute, Clock::time_point now)
      : per_minute_(per_minute), left_(per_minute), at_(now) {}

  /// Takes one; or, if there is none, says how long to wait for it, at least a second.
  std::optional<std::chrono::seconds> take(Clock::time_point now) {
    const std::chrono::duration<double> passed = std::max(now - at_, Clock::duration::zero());
    at_ = std::max(at_, now);
    left_ = std::min(per_minute_, left_ + passed.count() * per_minute_ / kMinuteS);
    if (left_ >= 1) {
      left_ -= 1;
      return std::nullopt;
    }
    const double wait_s = (1 - left_) * kMinuteS / per_minute_;
    return std::chrono::seconds(std::max(1L, std::lround(std::ceil(wait_s))));
  }

 private:
  static constexpr double kMinuteS = 60;
  double per_minute_;
  double left_;
  Clock::time_point at_;
};

}  // namespace auscult::access
