#pragma once

#include <cstddef>
#include <span>

#include "audio/clip.hpp"
#include "core/lanes.hpp"
#include "core/recording.hpp"

namespace auscult::audio {

/// Measures sound block by block; however it is cut, with the same result.
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

  static constexpr float kFullScale = 0.999F;

 private:
  // A sample's lane is its place modulo their number. Of doubles a register holds half.
  struct Sums {
    Lanes::Doubles values{};
    Lanes::Doubles more_values{};
    Lanes::Doubles squares{};
    Lanes::Doubles more_squares{};
    Lanes::Floats smallest{};
    Lanes::Floats largest{};
    Lanes::Integers clipped{};
    Lanes::Integers full_scale{};
  };

  static void add(Sums& sums, std::size_t lane, float sample);
  static void add_eights(Sums& sums, std::span<const float> samples);
  [[nodiscard]] double share(double of_samples) const;
  [[nodiscard]] float smallest() const;
  [[nodiscard]] float largest() const;

  std::size_t frames_ = 0;
  Sums sums_;
};

/// LevelMeter::level() of a clip. Any thread.
Level measure_level(const AudioClip& clip);

}  // namespace auscult::audio
