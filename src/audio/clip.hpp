#pragma once

#include <vector>

namespace auscult::audio {

/// One channel of sound. Full scale is [-1, 1); samples of a float source may lie beyond it, and
/// all of them are finite.
struct AudioClip {
  std::vector<float> samples;
  int sample_rate_hz = 0;

  [[nodiscard]] double duration_s() const {
    return static_cast<double>(samples.size()) / sample_rate_hz;
  }
  bool operator==(const AudioClip&) const = default;
};

}  // namespace auscult::audio
