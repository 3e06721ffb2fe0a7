#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "audio/clip.hpp"
#include "audio/level.hpp"
#include "audio/resample.hpp"

namespace auscult::classify {

/// A recording as a classifier hears it: all of it at the few rates that its networks ask for, and
/// of the samples as they came only the beginning.
struct Heard {
  audio::LevelMeter level;
  int sample_rate_hz = 0;               ///< At which it came.
  audio::AudioClip beginning;           ///< At that rate, kRateCheckFrames at most.
  std::vector<audio::AudioClip> clips;  ///< One for each rate.

  [[nodiscard]] double duration_s() const {
    return static_cast<double>(level.frames()) / sample_rate_hz;
  }
  /// The clip at a rate, which must be one of those asked for.
  [[nodiscard]] const audio::AudioClip& at(int rate_hz) const;
};

/// Takes a recording in block by block. However it is cut, what is heard is the same. One thread.
class Listener {
 public:
  /// `rates_hz` are Classifier::rates_hz().
  Listener(int sample_rate_hz, std::span<const int> rates_hz);

  /// Makes room for so many samples, which need not all come.
  void expect(std::size_t frames);
  void take(std::span<const float> block);
  Heard finish() &&;

 private:
  Heard heard_;
  std::vector<audio::Resampler> resamplers_;
};

/// All of a clip.
Heard listen(const audio::AudioClip& clip, std::span<const int> rates_hz);

}  // namespace auscult::classify
