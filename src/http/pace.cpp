#include "http/pace.hpp"

#include <algorithm>
#include <cmath>

namespace auscult::http {
namespace {

constexpr double kLeastS = 5;
constexpr double kLeastBlocks = 10;
constexpr double kLongestPauseS = 1.5;
constexpr double kMostJitterS = 0.06;

}  // namespace

void Pace::add(Clock::time_point at, std::size_t bytes) {
  if (bytes == 0) return;
  if (!first_) first_ = last_ = at;
  const double time_s = std::chrono::duration<double>(at - *first_).count();
  has_paused_ = has_paused_ || std::chrono::duration<double>(at - last_).count() > kLongestPauseS;
  last_ = at;
  count_ += 1;
  sum_t_ += time_s;
  sum_b_ += bytes_;
  sum_tt_ += time_s * time_s;
  sum_tb_ += time_s * bytes_;
  sum_bb_ += bytes_ * bytes_;
  bytes_ += static_cast<double>(bytes);
}

std::optional<double> Pace::steady_bytes_per_s() const {
  if (!first_ || has_paused_ || count_ < kLeastBlocks) return std::nullopt;
  if (std::chrono::duration<double>(last_ - *first_).count() < kLeastS) return std::nullopt;
  const double spread_t = sum_tt_ - sum_t_ * sum_t_ / count_;
  const double spread_b = sum_bb_ - sum_b_ * sum_b_ / count_;
  const double both = sum_tb_ - sum_t_ * sum_b_ / count_;
  if (spread_t <= 0 || both <= 0) return std::nullopt;
  const double pace = both / spread_t;
  const double residual = std::sqrt(std::max(0.0, spread_b - pace * both) / count_);
  if (residual > kMostJitterS * pace) return std::nullopt;
  return pace;
}

}  // namespace auscult::http
