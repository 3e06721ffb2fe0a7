#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"

namespace auscult::audio {

/// A recording as it is kept: every sample of every channel, in fewer bytes.
struct ArchivedAudio {
  std::string media_type;  ///< "audio/flac", or what the upload was if it is kept as it came.
  std::vector<std::byte> bytes;
};

/// Encodes an upload for keeping, without loss: decode(archive(x).bytes).clip equals
/// decode(x).clip to the bit. Integer PCM and WAV become FLAC (32-bit samples only if their low
/// byte is empty, as that of a 24-bit microphone is); float and full 32-bit become a WAV; FLAC, OGG
/// and MP3 stay the bytes they are. Fails as decode() does. Any thread.
Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared);

/// The kept recording as a WAV file: all channels, the source's rate, s16 where the source had at
/// most 16 bits, else s24, s32 or f32. Fails with malformed_audio if `archived` is damaged.
Result<std::vector<std::byte>> unarchive_to_wav(std::span<const std::byte> archived);

}  // namespace auscult::audio
