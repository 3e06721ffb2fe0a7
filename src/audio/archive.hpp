#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "audio/block_reader.hpp"
#include "audio/declaration.hpp"
#include "auscult/result.hpp"

namespace auscult::audio {

/// A recording as it is kept: every sample of every channel, in fewer bytes.
struct ArchivedAudio {
  std::string media_type;  ///< "audio/flac", or what the upload was if it is kept as it came.
  std::vector<std::byte> bytes;
};

/// Encodes an upload for keeping, without loss: decode(archive(x).bytes).clip equals
/// decode(x).clip to the bit. Integer samples that 24 bits hold become FLAC (a 24-bit microphone's
/// in 32-bit words among them), those of a WAV too. Float and full 32-bit raw PCM, and rates that
/// FLAC does not know, become a WAV; any other file stays the bytes it is.
/// Fails as decode() does. Any thread.
Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared);
/// The same for who has read the bytes already, as `format`, to their end: block by block to `to`,
/// as which it fails too. Returns the media type.
Result<std::string> archive(std::span<const std::byte> bytes, const Declaration& declared,
                            const SourceFormat& format, const WriteAt& to);

/// The kept recording as a WAV file: all channels, the source's rate; s16 where 16 bits hold every
/// sample, else s24 or s32, and f32 for float, Ogg and MP3. Fails as decode() does if `archived` is
/// damaged. Any thread.
Result<std::vector<std::byte>> unarchive_to_wav(std::span<const std::byte> archived);

}  // namespace auscult::audio
