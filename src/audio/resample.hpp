#pragma once

#include "audio/clip.hpp"

namespace auscult::audio {

/// The clip at `sample_rate_hz`, band-limited (soxr, high quality). The length is the duration
/// times the new rate, rounded; an equal rate returns the clip as it is. Deterministic: the same
/// clip gives the same samples. Any thread.
AudioClip resample(const AudioClip& clip, int sample_rate_hz);

}  // namespace auscult::audio
