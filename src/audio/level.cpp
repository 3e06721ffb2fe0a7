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

Level measure_level(const AudioClip& clip) {
  if (clip.samples.empty()) return {kSilenceDbfs, kSilenceDbfs, 0};
  double squares = 0;
  double peak = 0;
  for (const float sample : clip.samples) {
    const auto value = static_cast<double>(sample);
    squares += value * value;
    peak = std::max(peak, std::abs(value));
  }
  const double rms = std::sqrt(squares / static_cast<double>(clip.samples.size()));
  return {dbfs(rms), dbfs(peak), clipped_fraction(clip, 1)};
}

}  // namespace auscult::audio
