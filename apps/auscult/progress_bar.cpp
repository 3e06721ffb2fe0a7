#include "progress_bar.hpp"

#include <array>
#include <cstdio>
#include <ostream>
#include <string>

namespace auscult::cli {

ProgressBar::ProgressBar(std::ostream& err, std::size_t total, bool enabled)
    : err_(err), total_(total), enabled_(enabled && total > 1) {}

void ProgressBar::update(std::size_t done) {
  if (!enabled_) return;
  constexpr std::size_t kWidth = 30;
  const std::size_t filled = kWidth * done / total_;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const double remaining_s =
      done == 0 ? 0
                : elapsed.count() * static_cast<double>(total_ - done) / static_cast<double>(done);
  const auto whole_s = static_cast<long>(remaining_s);
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "] %zu/%zu  %zu %%  ETA %ld:%02ld", done, total_,
                      100 * done / total_, whole_s / 60, whole_s % 60);
  err_ << "\r\033[K[" << std::string(filled, '=') << std::string(kWidth - filled, ' ')
       << text.data() << std::flush;
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_) err_ << "\r\033[K" << std::flush;
  drawn_ = false;
}

}  // namespace auscult::cli
