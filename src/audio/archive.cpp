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
Result<std::vector<std::byte>> encode(SoundFormat format, std::size_t expected_bytes,
                                      const Blocks<Sample>& next) {
  Result<SoundWriter> writer = SoundWriter::open(format, expected_bytes);
  if (!writer) return writer.error();
  for (;;) {
    const Result<std::span<const Sample>> block = next();
    if (!block) return block.error();
    if (block->empty()) return (*std::move(writer)).finish();
    if (const Status written = writer->append(*block); !written) return written.error();
  }
}

Result<ArchivedAudio> as_wav(Result<std::vector<std::byte>> wav) {
  if (!wav) return wav.error();
  return ArchivedAudio{"audio/wav", *std::move(wav)};
}

/// Empty where FLAC cannot hold the samples, or does not know the rate.
std::optional<ArchivedAudio> as_flac(SoundFormat format, std::size_t expected_bytes,
                                     const Words& next) {
  if (format.format == SF_FORMAT_PCM_32) return std::nullopt;
  format.format |= SF_FORMAT_FLAC;
  auto flac = encode(format, expected_bytes, next);
  if (!flac) return std::nullopt;
  return ArchivedAudio{"audio/flac", *std::move(flac)};
}

Result<ArchivedAudio> archive_pcm(std::span<const std::byte> frames, const RawFormat& raw) {
  const auto& [layout, rate] = raw;
  if (layout.format == SampleFormat::f32) {
    const auto floats = blocks_of<float>(
        frames, layout, [order = layout.byte_order](std::span<const std::byte> next) {
          return pcm_floats(next, order);
        });
    return as_wav(
        encode({SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, layout.channels}, frames.size(), floats));
  }
  const Result<int> codec = sample_bytes(layout.format) <= 2
                                ? Result<int>(SF_FORMAT_PCM_16)
                                : narrowest_codec(words_of(frames, layout));
  if (!codec) return codec.error();
  SoundFormat format = {*codec, rate, layout.channels};
  if (auto flac = as_flac(format, frames.size(), words_of(frames, layout))) {
    return *std::move(flac);
  }
  format.format |= SF_FORMAT_WAV;
  return as_wav(encode(format, frames.size(), words_of(frames, layout)));
}

Result<ArchivedAudio> archive_wav(std::span<const std::byte> bytes) {
  Result<SoundReader> reader = SoundReader::open(bytes);
  if (!reader) return reader.error();
  if (is_integer_pcm(reader->codec())) {
    const Result<int> codec = narrowest_codec(*reader);
    if (!codec) return codec.error();
    Result<SoundReader> again = SoundReader::open(bytes);
    if (!again) return again.error();
    auto flac = as_flac({*codec, again->sample_rate_hz(), again->channels()}, bytes.size(),
                        words_of(*again));
    if (flac) return *std::move(flac);
  }
  return ArchivedAudio{"audio/wav", {bytes.begin(), bytes.end()}};
}

}  // namespace

Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared) {
  Result<BlockReader> reader = BlockReader::open(bytes, declared);
  if (!reader) return reader.error();
  for (;;) {
    const auto block = reader->next();
    if (!block) return block.error();
    if (block->empty()) return archive(bytes, declared, reader->format());
  }
}

Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared,
                              const SourceFormat& format) {
  const Container container = sniff_container(bytes);
  if (container == Container::pcm) {
    const auto dropped = static_cast<std::size_t>(format.dropped_bytes);
    return archive_pcm(bytes.first(bytes.size() - dropped), raw_format(declared));
  }
  if (container == Container::wav) return archive_wav(bytes);
  return ArchivedAudio{container == Container::mp3 ? "audio/mpeg" : "audio/" + format.container,
                       {bytes.begin(), bytes.end()}};
}

Result<std::vector<std::byte>> unarchive_to_wav(std::span<const std::byte> archived) {
  Result<SoundReader> reader = SoundReader::open(archived);
  if (!reader) return reader.error();
  SoundFormat format = {SF_FORMAT_WAV, reader->sample_rate_hz(), reader->channels()};
  if (is_float(reader->codec())) {
    format.format |= SF_FORMAT_FLOAT;
    return encode(format, archived.size(), floats_of(*reader));
  }
  const Result<int> codec = narrowest_codec(*reader);
  if (!codec) return codec.error();
  format.format |= *codec;
  Result<SoundReader> again = SoundReader::open(archived);
  if (!again) return again.error();
  return encode(format, archived.size(), words_of(*again));
}

}  // namespace auscult::audio
