#pragma once

#include <cstddef>

#include "audio/clip.hpp"

namespace auscult::audio {

/// What goes wrong between a converter and the buffer that is sent.
struct Dropouts {
  int gaps = 0;           ///< Stretches of one value that the sound jumps into or out of.
  double gap_s = 0;       ///< How long they are together.
  int repeats = 0;        ///< Blocks that are a copy of what was `repeat_frames` before them.
  int repeat_frames = 0;  ///< The commonest such distance; 0 without repeats.
  double repeated = 0;    ///< The share of the clip that is a copy, 0 to 1.
};

/// Looks for buffers that were not filled (gaps: 2 ms and at least 32 samples of exactly one value,
/// after or before a jump six times as high as the sound's usual step; a gate that fades, and
/// clipping, are none) and for buffers that were sent twice (repeats: at least 64 samples, bit for
/// bit, at most 16,384 later). A tone that was synthesised repeats itself all the time.
///
/// Looks at the first 2^20 samples. A pure function.
Dropouts find_dropouts(const AudioClip& clip);

}  // namespace auscult::audio
