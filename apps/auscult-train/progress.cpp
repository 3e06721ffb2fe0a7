#include "progress.hpp"

#include <unistd.h>
#include <array>

#include <cmath>
#include <cstdio>
#include <utility>

namespace auscult::train {
namespace {

constexpr std::size_t kWidth = 30;

std::string clock(double seconds) {
  const long whole = std::lround(seconds);
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  return text.data();
}

}  // namespace

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {}

void Progress::resumed(std::size_t units) {
  const std::lock_guard lock(mutex_);
  done_ += units;
  resumed_ += units;
}

void Progress::advance(std::size_t more, const std::string& note) {
  const std::lock_guard lock(mutex_);
  done_ += more;
  const auto now = std::chrono::steady_clock::now();
  const std::size_t tenths = total_ == 0 ? 10 : 10 * done_ / total_;
  const bool due =
      terminal_ ? now - shown_ > std::chrono::milliseconds(100) : tenths > shown_tenths_;
  if (!due && done_ < total_) return;
  shown_ = now;
  shown_tenths_ = tenths;
  show(note);
}

void Progress::show(const std::string& note) {
  const double spent = std::chrono::duration<double>(shown_ - start_).count();
  const double rate = static_cast<double>(done_ - resumed_) / (spent + 1e-9);
  const double left = rate > 0 ? static_cast<double>(total_ - done_) / rate : 0;
  if (terminal_) {
    const std::size_t filled = total_ == 0 ? kWidth : kWidth * done_ / total_;
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
    (void)std::fprintf(stderr, "\r%s [%s] %zu/%zu, %s left %s\033[K%s", what_.c_str(), bar.c_str(),
                       done_, total_, clock(left).c_str(), note.c_str(),
                       done_ >= total_ ? "\n" : "");
  } else {
    (void)std::fprintf(stderr, "%s: %zu of %zu, %s spent, %s left %s\n", what_.c_str(), done_,
                       total_, clock(spent).c_str(), clock(left).c_str(), note.c_str());
  }
}

}  // namespace auscult::train
