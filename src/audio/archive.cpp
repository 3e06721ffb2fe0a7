#include "audio/archive.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "audio/container.hpp"
#include "audio/sound_file.hpp"

namespace auscult::audio {
namespace {

/// Gives interleaved samples block by block, an empty one at the end.
template <typename Sample>
using Blocks = std::function<Result<std::span<const Sample>>()>;
using Words = Blocks<std::int32_t>;

/// What each block of raw PCM is to `convert`.
template <typename Sample, typename Convert>
Blocks<Sample> blocks_of(std::span<const std::byte> frames, PcmLayout layout, Convert convert) {
  constexpr std::size_t kBlockFrames = 8'192;
  return [left = frames, size = kBlockFrames * layout.frame_bytes(), convert,
          block = std::vector<Sample>()]() mutable -> Result<std::span<const Sample>> {
    const auto next = left.first(std::min(size, left.size()));
    left = left.subspan(next.size());
    block = convert(next);
    return std::span<const Sample>(block);
  };
}

Words words_of(std::span<const std::byte> frames, PcmLayout layout) {
  return blocks_of<std::int32_t>(frames, layout, [layout](std::span<const std::byte> next) {
    return pcm_words(next, layout);
  });
}

Words words_of(SoundReader& reader) {
  return [&reader] { return reader.next_words(); };
}

Blocks<float> floats_of(SoundReader& reader) {
  return [&reader] { return reader.next_floats(); };
}

/// The codec of the fewest bits, 16 or more, that hold every word.
Result<int> narrowest_codec(const Words& next) {
  std::uint32_t used = 0;
  for (;;) {
    const Result<std::span<const std::int32_t>> block = next();
    if (!block) return block.error();
    if (block->empty()) break;
    for (const std::int32_t word : *block) used |= static_cast<std::uint32_t>(word);
  }
  if ((used & 0xFFFFU) == 0) return SF_FORMAT_PCM_16;
  return (used & 0xFFU) == 0 ? SF_FORMAT_PCM_24 : SF_FORMAT_PCM_32;
}

/// The same of a file, which is read only if its own codec does not say it.
Result<int> narrowest_codec(SoundReader& reader) {
  const int codec = reader.codec();
  const bool is_narrow =
      codec == SF_FORMAT_PCM_S8 || codec == SF_FORMAT_PCM_U8 || codec == SF_FORMAT_PCM_16;
  return is_narrow ? Result<int>(SF_FORMAT_PCM_16) : narrowest_codec(words_of(reader));
}

bool is_integer_pcm(int codec) {
  return codec == SF_FORMAT_PCM_S8 || codec == SF_FORMAT_PCM_U8 || codec == SF_FORMAT_PCM_16 ||
         codec == SF_FORMAT_PCM_24 || codec == SF_FORMAT_PCM_32;
}

bool is_float(int codec) {
  return codec == SF_FORMAT_FLOAT || codec == SF_FORMAT_DOUBLE || codec == SF_FORMAT_VORBIS ||
         codec == SF_FORMAT_OPUS || codec == SF_FORMAT_MPEG_LAYER_III;
}

template <typename Sample>
Status encode(SoundFormat format, const Blocks<Sample>& next, const WriteAt& to) {
  Result<SoundWriter> writer = SoundWriter::open(format, to);
  if (!writer) return writer.error();
  for (;;) {
    const Result<std::span<const Sample>> block = next();
    if (!block) return block.error();
    if (block->empty()) return (*std::move(writer)).finish();
    if (Status written = writer->append(*block); !written) return written;
  }
}

/// False where FLAC cannot hold the samples, or does not know the rate.
Result<bool> encode_flac(SoundFormat format, const Words& next, const WriteAt& to) {
  if (format.format == SF_FORMAT_PCM_32) return false;
  format.format |= SF_FORMAT_FLAC;
  bool has_begun = false;
  const Status encoded =
      encode(format, next, [&](std::size_t offset, std::span<const std::byte> bytes) {
        has_begun = true;
        return to(offset, bytes);
      });
  if (!encoded && has_begun) return encoded.error();
  return encoded.has_value();
}

/// The media type, once everything is written.
Result<std::string> as_wav(const Status& written) {
  if (!written) return written.error();
  return std::string("audio/wav");
}

Result<std::string> archive_pcm(std::span<const std::byte> frames, const RawFormat& raw,
                                const WriteAt& to) {
  const auto& [layout, rate] = raw;
  if (layout.format == SampleFormat::f32) {
    const auto floats = blocks_of<float>(
        frames, layout, [order = layout.byte_order](std::span<const std::byte> next) {
          return pcm_floats(next, order);
        });
    return as_wav(encode({SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, layout.channels}, floats, to));
  }
  const Result<int> codec = sample_bytes(layout.format) <= 2
                                ? Result<int>(SF_FORMAT_PCM_16)
                                : narrowest_codec(words_of(frames, layout));
  if (!codec) return codec.error();
  SoundFormat format = {*codec, rate, layout.channels};
  const Result<bool> is_flac = encode_flac(format, words_of(frames, layout), to);
  if (!is_flac) return is_flac.error();
  if (*is_flac) return std::string("audio/flac");
  format.format |= SF_FORMAT_WAV;
  return as_wav(encode(format, words_of(frames, layout), to));
}

Result<std::string> archive_wav(std::span<const std::byte> bytes, const WriteAt& to) {
  Result<SoundReader> reader = SoundReader::open(bytes);
  if (!reader) return reader.error();
  if (is_integer_pcm(reader->codec())) {
    const Result<int> codec = narrowest_codec(*reader);
    if (!codec) return codec.error();
    Result<SoundReader> again = SoundReader::open(bytes);
    if (!again) return again.error();
    const Result<bool> is_flac =
        encode_flac({*codec, again->sample_rate_hz(), again->channels()}, words_of(*again), to);
    if (!is_flac) return is_flac.error();
    if (*is_flac) return std::string("audio/flac");
  }
  return as_wav(to(0, bytes));
}

}  // namespace

Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared) {
  Result<BlockReader> reader = BlockReader::open(bytes, declared);
  if (!reader) return reader.error();
  for (;;) {
    const auto block = reader->next();
    if (!block) return block.error();
    if (block->empty()) break;
  }
  ArchivedAudio archived;
  archived.bytes.reserve(bytes.size());
  Result<std::string> media_type = archive(bytes, declared, reader->format(), into(archived.bytes));
  if (!media_type) return media_type.error();
  archived.media_type = *std::move(media_type);
  return archived;
}

Result<std::string> archive(std::span<const std::byte> bytes, const Declaration& declared,
                            const SourceFormat& format, const WriteAt& to) {
  const Container container = sniff_container(bytes);
  if (container == Container::pcm) {
    const auto dropped = static_cast<std::size_t>(format.dropped_bytes);
    return archive_pcm(bytes.first(bytes.size() - dropped), raw_format(declared), to);
  }
  if (container == Container::wav) return archive_wav(bytes, to);
  if (const Status copied = to(0, bytes); !copied) return copied.error();
  return container == Container::mp3 ? "audio/mpeg" : "audio/" + format.container;
}

Result<std::vector<std::byte>> unarchive_to_wav(std::span<const std::byte> archived) {
  Result<SoundReader> reader = SoundReader::open(archived);
  if (!reader) return reader.error();
  SoundFormat format = {SF_FORMAT_WAV, reader->sample_rate_hz(), reader->channels()};
  std::vector<std::byte> wav;
  wav.reserve(archived.size());
  Status encoded = Ok{};
  if (is_float(reader->codec())) {
    format.format |= SF_FORMAT_FLOAT;
    encoded = encode(format, floats_of(*reader), into(wav));
  } else {
    const Result<int> codec = narrowest_codec(*reader);
    if (!codec) return codec.error();
    format.format |= *codec;
    Result<SoundReader> again = SoundReader::open(archived);
    if (!again) return again.error();
    encoded = encode(format, words_of(*again), into(wav));
  }
  if (!encoded) return encoded.error();
  return wav;
}

}  // namespace auscult::audio
