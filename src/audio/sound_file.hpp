#pragma once

#include <sndfile.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "audio/container.hpp"
#include "auscult/result.hpp"

namespace auscult::audio {

struct CloseSound {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

/// A sound file in memory, opened for reading by libsndfile: WAV, FLAC, Ogg or MP3. One thread.
class SoundReader {
 public:
  /// The bytes must outlive the reader. Fails with malformed_audio, unsupported_format, or
  /// invalid_argument (rate or channels out of the bounds of core/limits.hpp), as decode() does.
  static Result<SoundReader> open(std::span<const std::byte> bytes);

  [[nodiscard]] int sample_rate_hz() const { return info_.samplerate; }
  [[nodiscard]] int channels() const { return info_.channels; }
  [[nodiscard]] Container container() const;
  /// libsndfile's SF_FORMAT_ constant.
  [[nodiscard]] int codec() const { return info_.format & SF_FORMAT_SUBMASK; }

  /// The next block of whole frames, channels interleaved; empty at the end of the file or where
  /// it breaks off. Valid until the next call. Integers are scaled to [-1, 1), floats are as they
  /// are. Fails with malformed_audio where a part of the file is damaged, and with too_large as
  /// soon as the frames read, whatever the header claims, exceed kMaxDecodedSamples or
  /// kMaxDurationS.
  Result<std::span<const float>> next_floats();
  /// The same for integer codecs, left-justified in 32 bits.
  Result<std::span<const std::int32_t>> next_words();

 private:
  /// What libsndfile reads from; it keeps the address.
  struct Source {
    std::vector<std::byte> mended;  ///< The bytes if they had to be changed.
    std::span<const std::byte> bytes;
    sf_count_t position = 0;
  };

  SoundReader() = default;
  static SF_VIRTUAL_IO* callbacks();
  template <typename Sample, typename Read>
  Result<std::span<const Sample>> next(std::vector<Sample>& block, Read read);

  SF_INFO info_{};
  std::unique_ptr<Source> source_;
  std::unique_ptr<SNDFILE, CloseSound> file_;
  std::int64_t frames_read_ = 0;
  std::vector<float> float_block_;
  std::vector<std::int32_t> word_block_;
};

/// What a sound file is to be: `format` of SF_FORMAT_ constants.
struct SoundFormat {
  int format = 0;
  int sample_rate_hz = 0;
  int channels = 1;
};

/// Puts bytes at an offset, at most what was put there before long: over what is there, or after
/// it.
using WriteAt = std::function<Status(std::size_t offset, std::span<const std::byte> bytes)>;

/// Into memory, which must outlive it.
WriteAt into(std::vector<std::byte>& memory);

/// Writes a sound file block by block; the same samples give the same bytes, however they are cut.
/// One thread.
class SoundWriter {
 public:
  /// Fails with unsupported_format if libsndfile cannot write this format, e.g. FLAC at 100001 Hz.
  static Result<SoundWriter> open(SoundFormat format, WriteAt write);

  /// Whole frames, interleaved: floats as they are, words left-justified in 32 bits. Fails as
  /// `write` does.
  Status append(std::span<const float> samples);
  Status append(std::span<const std::int32_t> words);
  /// Writes what is still to be written. Fails as `write` does.
  Status finish() &&;

 private:
  /// What libsndfile writes to; it keeps the address.
  struct Sink {
    WriteAt write;
    sf_count_t position = 0;
    sf_count_t size = 0;
    Status written = Ok{};  ///< The first failure.
  };

  SoundWriter() = default;
  static SF_VIRTUAL_IO* callbacks();
  template <typename Sample, typename Write>
  Status append(std::span<const Sample> samples, Write write);

  SoundFormat format_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<SNDFILE, CloseSound> file_;
};

/// A sound file of these samples, as SoundWriter makes it.
Result<std::vector<std::byte>> encode_sound(SoundFormat format, std::span<const float> samples);
Result<std::vector<std::byte>> encode_sound(SoundFormat format,
                                            std::span<const std::int32_t> words);

}  // namespace auscult::audio
