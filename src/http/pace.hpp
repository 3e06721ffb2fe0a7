#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace auscult::http {

/// How steadily bytes arrive. A microphone's come in blocks of one length at one distance, however
/// long the recording; those of a stored one come as fast as the network takes them. One thread.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  /// `bytes` came at `at`, no earlier than those before them.
  void add(Clock::time_point at, std::size_t bytes);

  /// Bytes per second, by least squares over the blocks, if they came for 5 s or more in at least
  /// 10 blocks, none more than 1.5 s after the one before, and on average within 60 ms of an even
  /// pace; empty otherwise.
  [[nodiscard]] std::optional<double> steady_bytes_per_s() const;

 private:
  std::optional<Clock::time_point> first_;
  Clock::time_point last_;
  bool has_paused_ = false;
  // Of the blocks: how many, and sums of the times and of the bytes before them.
  double count_ = 0;
  double bytes_ = 0;
  double sum_t_ = 0;
  double sum_b_ = 0;
  double sum_tt_ = 0;
  double sum_tb_ = 0;
  double sum_bb_ = 0;
};

}  // namespace auscult::http
