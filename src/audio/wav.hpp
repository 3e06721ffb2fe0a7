#pragma once

#include <cstddef>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::audio {

struct AmplifiedWav {
  std::vector<std::byte> bytes;  ///< A whole WAV file: s16, mono, the clip's rate.
  double clipped_fraction = 0;   ///< Of samples that reach the int16 limits, 0 to 1.
};

/// The listening copy of a clip: times `gain`, saturated at the int16 limits. Any thread.
AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain);

}  // namespace auscult::audio
