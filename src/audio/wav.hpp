#pragma once

#include <cstddef>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::audio {

/// The share of the samples that reach the int16 limits when multiplied by `gain`, 0 to 1.
double clipped_fraction(const AudioClip& clip, double gain);

struct AmplifiedWav {
  std::vector<std::byte> bytes;  ///< A whole WAV file: s16, mono, the clip's rate.
  double clipped_fraction = 0;   ///< audio::clipped_fraction() at the same gain.
};

/// The listening copy of a clip: times `gain`, saturated at the int16 limits. Any thread.
AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain);

}  // namespace auscult::audio
