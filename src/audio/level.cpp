#include "audio/level.hpp"

#include <algorithm>
#include <cmath>

#include "audio/wav.hpp"

namespace auscult::audio {
namespace {

constexpr double kSilenceDbfs = -120;

double dbfs(double amplitude) {
  return amplitude > 0 ? std::max(kSilenceDbfs, 20 * std::log10(amplitude)) : kSilenceDbfs;
}

}  // namespace

void LevelMeter::take(std::span<const float> block) {
  if (block.empty()) return;
  if (frames_ == 0) smallest_ = largest_ = block.front();
  frames_ += block.size();
  for (const float sample : block) {
    const auto value = static_cast<double>(sample);
    sum_ += value;
    squares_ += value * value;
    full_scale_ += std::abs(value) >= kFullScale ? 1U : 0U;
    smallest_ = std::min(smallest_, sample);
    largest_ = std::max(largest_, sample);
  }
  clipped_ += count_clipped(block, 1);
}

double LevelMeter::share(double of_samples) const {
  return frames_ == 0 ? 0 : of_samples / static_cast<double>(frames_);
}

Level LevelMeter::level() const {
  const double peak =
      std::max(std::abs(static_cast<double>(smallest_)), std::abs(static_cast<double>(largest_)));
  return {dbfs(std::sqrt(share(squares_))), dbfs(peak), share(static_cast<double>(clipped_))};
}

double LevelMeter::mean() const { return share(sum_); }

double LevelMeter::rms() const {
  return std::sqrt(std::max(0.0, share(squares_) - mean() * mean()));
}

double LevelMeter::range() const {
  return static_cast<double>(largest_) - static_cast<double>(smallest_);
}

double LevelMeter::full_scale_share() const { return share(static_cast<double>(full_scale_)); }

Level measure_level(const AudioClip& clip) {
  LevelMeter meter;
  meter.take(clip.samples);
  return meter.level();
}

}  // namespace auscult::audio
