#pragma once

#include <cstddef>
#include <span>

#include "audio/clip.hpp"
#include "core/recording.hpp"

namespace auscult::audio {

/// Measures sound block by block.
class LevelMeter {
 public:
  void take(std::span<const float> block);

  [[nodiscard]] std::size_t frames() const { return frames_; }
  /// Level and peak in dB of full scale, -120 for silence and what is fainter, and the share of the
  /// samples that reach the int16 limits.
  [[nodiscard]] Level level() const;
  [[nodiscard]] double mean() const;
  /// The root mean square without the mean, of full scale.
  [[nodiscard]] double rms() const;
  /// The largest minus the smallest sample.
  [[nodiscard]] double range() const;
  /// The share of the samples of `kFullScale` or more, either way.
  [[nodiscard]] double full_scale_share() const;

  static constexpr double kFullScale = 0.999;

 private:
  [[nodiscard]] double share(double of_samples) const;

  std::size_t frames_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  std::size_t clipped_ = 0;
  std::size_t full_scale_ = 0;
  float smallest_ = 0;
  float largest_ = 0;
};

/// LevelMeter::level() of a clip. Any thread.
Level measure_level(const AudioClip& clip);

}  // namespace auscult::audio
