#include "audio/archive.hpp"

#include <optional>
#include <utility>

#include "audio/container.hpp"
#include "audio/decode.hpp"
#include "audio/sound_file.hpp"

namespace auscult::audio {
namespace {

/// The codec of the fewest bits that hold every word.
int codec_of(std::span<const std::int32_t> words) {
  std::uint32_t used = 0;
  for (const std::int32_t word : words) used |= static_cast<std::uint32_t>(word);
  if ((used & 0xFFFFU) == 0) return SF_FORMAT_PCM_16;
  return (used & 0xFFU) == 0 ? SF_FORMAT_PCM_24 : SF_FORMAT_PCM_32;
}

bool is_integer_pcm(int codec) {
  return codec == SF_FORMAT_PCM_S8 || codec == SF_FORMAT_PCM_U8 || codec == SF_FORMAT_PCM_16 ||
         codec == SF_FORMAT_PCM_24 || codec == SF_FORMAT_PCM_32;
}

bool is_float(int codec) {
  return codec == SF_FORMAT_FLOAT || codec == SF_FORMAT_DOUBLE || codec == SF_FORMAT_VORBIS ||
         codec == SF_FORMAT_OPUS || codec == SF_FORMAT_MPEG_LAYER_III;
}

template <typename Sample, typename Next>
Result<std::vector<Sample>> read_all(Next next) {
  std::vector<Sample> samples;
  for (;;) {
    const Result<std::span<const Sample>> block = next();
    if (!block) return block.error();
    if (block->empty()) return samples;
    samples.insert(samples.end(), block->begin(), block->end());
  }
}

Result<std::vector<std::int32_t>> read_words(SoundReader& reader) {
  return read_all<std::int32_t>([&reader] { return reader.next_words(); });
}

Result<std::vector<float>> read_floats(SoundReader& reader) {
  return read_all<float>([&reader] { return reader.next_floats(); });
}

Result<ArchivedAudio> as_wav(Result<std::vector<std::byte>> wav) {
  if (!wav) return wav.error();
  return ArchivedAudio{"audio/wav", *std::move(wav)};
}

/// Empty where FLAC cannot hold the samples, or does not know the rate.
std::optional<ArchivedAudio> as_flac(std::span<const std::int32_t> words, int sample_rate_hz,
                                     int channels) {
  const int codec = codec_of(words);
  if (codec == SF_FORMAT_PCM_32) return std::nullopt;
  auto flac = encode_sound({SF_FORMAT_FLAC | codec, sample_rate_hz, channels}, words);
  if (!flac) return std::nullopt;
  return ArchivedAudio{"audio/flac", *std::move(flac)};
}

Result<ArchivedAudio> archive_pcm(std::span<const std::byte> frames, const RawFormat& raw) {
  const auto& [layout, rate] = raw;
  if (layout.format == SampleFormat::f32) {
    return as_wav(encode_sound({SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, layout.channels},
                               pcm_floats(frames, layout.byte_order)));
  }
  const std::vector<std::int32_t> words = pcm_words(frames, layout);
  if (auto flac = as_flac(words, rate, layout.channels)) return *std::move(flac);
  return as_wav(encode_sound({SF_FORMAT_WAV | codec_of(words), rate, layout.channels}, words));
}

Result<ArchivedAudio> archive_wav(std::span<const std::byte> bytes) {
  Result<SoundReader> reader = SoundReader::open(bytes);
  if (!reader) return reader.error();
  if (is_integer_pcm(reader->codec())) {
    const Result<std::vector<std::int32_t>> words = read_words(*reader);
    if (!words) return words.error();
    auto flac = as_flac(*words, reader->sample_rate_hz(), reader->channels());
    if (flac) return *std::move(flac);
  }
  return ArchivedAudio{"audio/wav", {bytes.begin(), bytes.end()}};
}

}  // namespace

Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared) {
  const Result<DecodedAudio> decoded = decode(bytes, declared);
  if (!decoded) return decoded.error();
  return archive(bytes, declared, *decoded);
}

Result<ArchivedAudio> archive(std::span<const std::byte> bytes, const Declaration& declared,
                              const DecodedAudio& decoded) {
  const Container container = sniff_container(bytes);
  if (container == Container::pcm) {
    const auto dropped = static_cast<std::size_t>(decoded.dropped_bytes);
    return archive_pcm(bytes.first(bytes.size() - dropped), raw_format(declared));
  }
  if (container == Container::wav) return archive_wav(bytes);
  return ArchivedAudio{container == Container::mp3 ? "audio/mpeg" : "audio/" + decoded.container,
                       {bytes.begin(), bytes.end()}};
}

Result<std::vector<std::byte>> unarchive_to_wav(std::span<const std::byte> archived) {
  Result<SoundReader> reader = SoundReader::open(archived);
  if (!reader) return reader.error();
  SoundFormat format = {SF_FORMAT_WAV, reader->sample_rate_hz(), reader->channels()};
  if (is_float(reader->codec())) {
    const Result<std::vector<float>> samples = read_floats(*reader);
    if (!samples) return samples.error();
    format.format |= SF_FORMAT_FLOAT;
    return encode_sound(format, *samples);
  }
  const Result<std::vector<std::int32_t>> words = read_words(*reader);
  if (!words) return words.error();
  format.format |= codec_of(*words);
  return encode_sound(format, *words);
}

}  // namespace auscult::audio
