#include "audio/wav.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "audio/sound_file.hpp"

namespace auscult::audio {

AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain) {
  assert(clip.sample_rate_hz > 0 && std::isfinite(gain));
  constexpr double kLowest = -32'768;
  constexpr double kHighest = 32'767;
  std::vector<std::int32_t> words(clip.samples.size());
  std::size_t clipped = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const double scaled = std::nearbyint(static_cast<double>(clip.samples[i]) * gain * 32'768);
    if (scaled <= kLowest || scaled >= kHighest) ++clipped;
    const auto sample = static_cast<std::int32_t>(std::clamp(scaled, kLowest, kHighest));
    words[i] = sample * 65'536;
  }
  // A mono s16 WAV can be written at any rate.
  return {.bytes = *encode_sound({SF_FORMAT_WAV | SF_FORMAT_PCM_16, clip.sample_rate_hz, 1}, words),
          .clipped_fraction =
              words.empty() ? 0 : static_cast<double>(clipped) / static_cast<double>(words.size())};
}

}  // namespace auscult::audio
