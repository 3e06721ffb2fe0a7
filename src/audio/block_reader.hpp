#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "audio/sound_file.hpp"
#include "auscult/result.hpp"

namespace auscult::audio {

/// How an upload was understood.
struct SourceFormat {
  std::string container;      ///< "pcm", "wav", "flac", "ogg" or "mp3".
  std::string sample_format;  ///< "u8", "s16", "s24", "s32", "f32", or the codec's name.
  int sample_rate_hz = 0;
  int channels = 1;
  std::int64_t dropped_bytes = 0;  ///< At the end of raw PCM, too few for a whole frame.
};

/// Reads whatever a device sends as decode() does, block by block, so that no more memory is taken
/// however long it is. One thread.
class BlockReader {
 public:
  /// The bytes must outlive the reader. Fails as decode() does on what shows before the samples
  /// are read.
  static Result<BlockReader> open(std::span<const std::byte> bytes, const Declaration& declared);

  [[nodiscard]] const SourceFormat& format() const { return format_; }
  /// How many samples are to come, if that is known before they are read.
  [[nodiscard]] std::optional<std::size_t> frames() const;

  /// The next samples, one channel, the mean of all; empty at the end. Valid until the next call.
  /// Fails as decode() does.
  Result<std::span<const float>> next();

 private:
  BlockReader() = default;
  static Result<BlockReader> open_file(std::span<const std::byte> bytes);
  static Result<BlockReader> open_pcm(std::span<const std::byte> bytes,
                                      const Declaration& declared);

  SourceFormat format_;
  PcmLayout layout_;                 // Of raw PCM, or of a file's blocks.
  std::span<const std::byte> left_;  // Of raw PCM.
  std::optional<SoundReader> file_;
  std::size_t frames_read_ = 0;
  std::vector<float> block_;
};

}  // namespace auscult::audio
