#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "audio/pcm.hpp"

namespace auscult::audio {

/// Another way to read raw PCM, at which it is a sound where as declared it is not.
struct LayoutGuess {
  PcmLayout layout;
  std::size_t skipped_bytes = 0;  ///< Before the first sample: 1 if the samples are shifted by one.
  bool is_offset_binary = false;  ///< Silence is half of the range, as converters count.
  std::string found;              ///< What shows it, in words for a person.
  std::string advice;             ///< What to change, likewise.
};

/// Judges by smoothness: from one sample to the next a sound moves little compared with how far it
/// moves in all, and read wrongly (bytes swapped, words of another width, channels taken for one)
/// it jumps. A guess needs a reading five times as smooth as the declared one, so of noise, which
/// is rough in every reading, nothing is said. Thresholds and false guesses: docs/devices.md.
///
/// Looks at the middle 256 KiB at most. Empty if nothing speaks against the declared layout. A pure
/// function.
std::optional<LayoutGuess> guess_layout(std::span<const std::byte> bytes, PcmLayout declared);

}  // namespace auscult::audio
