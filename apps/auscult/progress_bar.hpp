#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>

namespace auscult::cli {

/// "[=====>     ] 120/585  20 %  ETA 0:12" on one line that is redrawn; silent where the stream is
/// no terminal. One thread.
class ProgressBar {
 public:
  /// Draws on standard error's stream `err` if `enabled`, which the caller has from isatty().
  ProgressBar(std::ostream& err, std::size_t total, bool enabled);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::size_t done);
  /// Wipes the line, so that other text can be written.
  void clear();

 private:
  std::ostream& err_;
  std::size_t total_;
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace auscult::cli
