#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "audio/clip.hpp"
#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "core/memory_budget.hpp"

namespace auscult::audio {

/// An upload as it was understood.
struct DecodedAudio {
  AudioClip clip;             ///< The mean of all channels, at the source's rate.
  std::string container;      ///< "pcm", "wav", "flac", "ogg" or "mp3".
  std::string sample_format;  ///< "u8", "s16", "s24", "s32", "f32", or the codec's name.
  int channels = 1;
  std::int64_t dropped_bytes = 0;  ///< At the end of raw PCM, too few for a whole frame.
};

/// Decodes whatever a device sends. A RIFF, FLAC, OGG or MP3 header is believed over the
/// declaration; anything else is raw PCM as declared, by default s16, little-endian, mono, 16 kHz.
///
/// Odd byte counts: a last frame that is cut short is dropped and counted. A truncated file gives
/// what can be read of it, if that is at least one frame.
/// Fails with malformed_audio (not one whole frame, a sample that is not finite, a broken file),
/// unsupported_format (a file whose codec we do not read), invalid_argument (rate or channels out
/// of the bounds of core/limits.hpp) and too_large (more than kMaxDecodedSamples or
/// kMaxDurationS). The samples are counted against `memory`, if there is one, before they are
/// made; where it has no more, as its add() fails. Any thread.
Result<DecodedAudio> decode(std::span<const std::byte> bytes, const Declaration& declared,
                            MemoryBudget::Lease* memory = nullptr);

/// Reads and decodes a file from disk; `not_found` if it cannot be opened.
Result<DecodedAudio> decode_file(const std::string& path, const Declaration& declared);

}  // namespace auscult::audio
