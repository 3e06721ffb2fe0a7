#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace auscult::train {

/// Progress on standard error: a bar with the time left on a terminal, else a line every tenth.
/// Any thread.
class Progress {
 public:
  Progress(std::string what, std::size_t total);

  /// `more` further units are done; `note` is shown beside the bar. `resumed` units took no time.
  void advance(std::size_t more, const std::string& note = {});
  void resumed(std::size_t units);

 private:
  void show(const std::string& note);

  std::string what_;
  std::size_t total_;
  bool terminal_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::size_t resumed_ = 0;
  std::size_t shown_tenths_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace auscult::train
