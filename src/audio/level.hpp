#pragma once

#include "audio/clip.hpp"
#include "core/recording.hpp"

namespace auscult::audio {

/// Level and peak of a clip in dB of full scale, -120 for silence and what is fainter, and the
/// share of its samples that reach the int16 limits. Any thread.
Level measure_level(const AudioClip& clip);

}  // namespace auscult::audio
