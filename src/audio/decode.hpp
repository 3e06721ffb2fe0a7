#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "audio/block_reader.hpp"
#include "audio/clip.hpp"
#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "core/memory_budget.hpp"

namespace auscult::audio {

/// An upload as it was understood.
struct DecodedAudio {
  SourceFormat format;
  AudioClip clip;  ///< The mean of all channels, at the source's rate.
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
