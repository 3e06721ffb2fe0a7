#include "audio/wav.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "audio/sound_file.hpp"

namespace auscult::audio {

namespace {

constexpr double kLowest = -32'768;
constexpr double kHighest = 32'767;

/// In steps of s16, not yet saturated.
double amplify(float sample, double gain) {
  return std::nearbyint(static_cast<double>(sample) * gain * 32'768);
}

}  // namespace

double clipped_fraction(const AudioClip& clip, double gain) {
  if (clip.samples.empty()) return 0;
  const auto clipped = std::ranges::count_if(clip.samples, [gain](float sample) {
    const double amplified = amplify(sample, gain);
    return amplified <= kLowest || amplified >= kHighest;
  });
  return static_cast<double>(clipped) / static_cast<double>(clip.samples.size());
}

AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain) {
  assert(clip.sample_rate_hz > 0 && std::isfinite(gain));
  std::vector<std::int32_t> words(clip.samples.size());
  std::ranges::transform(clip.samples, words.begin(), [gain](float sample) {
    return static_cast<std::int32_t>(std::clamp(amplify(sample, gain), kLowest, kHighest)) * 65'536;
  });
  // A mono s16 WAV can be written at any rate.
  return {.bytes = *encode_sound({SF_FORMAT_WAV | SF_FORMAT_PCM_16, clip.sample_rate_hz, 1}, words),
          .clipped_fraction = clipped_fraction(clip, gain)};
}

}  // namespace auscult::audio
