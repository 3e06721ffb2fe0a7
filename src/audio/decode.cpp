#include "audio/decode.hpp"

#include <array>
#include <bit>
#include <fstream>
#include <string_view>
#include <utility>

#include "audio/bounds.hpp"
#include "audio/container.hpp"
#include "audio/sound_file.hpp"
#include "core/limits.hpp"

namespace auscult::audio {
namespace {

std::string codec_name(int codec) {
  constexpr std::array<std::pair<int, std::string_view>, 15> kNames = {{
      {SF_FORMAT_PCM_S8, "s8"},
      {SF_FORMAT_PCM_U8, "u8"},
      {SF_FORMAT_PCM_16, "s16"},
      {SF_FORMAT_PCM_24, "s24"},
      {SF_FORMAT_PCM_32, "s32"},
      {SF_FORMAT_FLOAT, "f32"},
      {SF_FORMAT_DOUBLE, "f64"},
      {SF_FORMAT_ULAW, "ulaw"},
      {SF_FORMAT_ALAW, "alaw"},
      {SF_FORMAT_IMA_ADPCM, "ima_adpcm"},
      {SF_FORMAT_MS_ADPCM, "ms_adpcm"},
      {SF_FORMAT_GSM610, "gsm610"},
      {SF_FORMAT_VORBIS, "vorbis"},
      {SF_FORMAT_OPUS, "opus"},
      {SF_FORMAT_MPEG_LAYER_III, "mp3"},
  }};
  for (const auto& [format, name] : kNames) {
    if (format == codec) return std::string(name);
  }
  return "unknown";
}

Status count(MemoryBudget::Lease* memory, std::size_t bytes) {
  return memory == nullptr ? Status(Ok{}) : memory->add(bytes);
}

Result<DecodedAudio> decode_sound_file(std::span<const std::byte> bytes,
                                       MemoryBudget::Lease* memory) {
  Result<SoundReader> reader = SoundReader::open(bytes);
  if (!reader) return reader.error();

  DecodedAudio decoded;
  decoded.container = std::string(to_string(reader->container()));
  decoded.sample_format = codec_name(reader->codec());
  decoded.channels = reader->channels();
  decoded.clip.sample_rate_hz = reader->sample_rate_hz();
  // A block of the file is f32 PCM in this machine's order: one way to mix, one to check.
  const PcmLayout layout = {
      .format = SampleFormat::f32,
      .byte_order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big,
      .channels = decoded.channels};
  std::vector<float>& samples = decoded.clip.samples;
  for (;;) {
    const Result<std::span<const float>> block = reader->next_floats();
    if (!block) return block.error();
    if (block->empty()) break;
    // A vector that grows holds its samples twice for a moment.
    const std::size_t frames = block->size() / static_cast<std::size_t>(decoded.channels);
    const Status fits = count(memory, 2 * sizeof(float) * frames);
    if (!fits) return fits.error();
    const Result<std::vector<float>> mono = decode_pcm(std::as_bytes(*block), layout);
    if (!mono) {
      return fail(ErrorCode::malformed_audio,
                  "the file has a sample that is not finite or absurdly large, soon after frame " +
                      std::to_string(samples.size()));
    }
    samples.insert(samples.end(), mono->begin(), mono->end());
  }
  if (samples.empty()) {
    return fail(ErrorCode::malformed_audio,
                "the " + decoded.container + " file holds not one whole frame of sound");
  }
  samples.shrink_to_fit();
  if (memory != nullptr) memory->give_back(sizeof(float) * samples.size());
  return decoded;
}

Result<DecodedAudio> decode_raw_pcm(std::span<const std::byte> bytes, const Declaration& declared,
                                    MemoryBudget::Lease* memory) {
  const auto [layout, sample_rate_hz] = raw_format(declared);
  const Status rate_fits = check_sample_rate(sample_rate_hz);
  if (!rate_fits) return rate_fits.error();
  const Status channels_fit = check_channels(layout.channels);
  if (!channels_fit) return channels_fit.error();

  const std::size_t frames = bytes.size() / layout.frame_bytes();
  if (frames == 0) {
    return fail(ErrorCode::malformed_audio, "not one whole frame: " + std::to_string(bytes.size()) +
                                                " bytes, but a frame has " +
                                                std::to_string(layout.frame_bytes()));
  }
  if (frames > static_cast<std::size_t>(limits::kMaxDecodedSamples / layout.channels) ||
      static_cast<double>(frames) > limits::kMaxDurationS * sample_rate_hz) {
    return fail(ErrorCode::too_large,
                std::to_string(frames) + " frames are more than " +
                    std::to_string(limits::kMaxDecodedSamples) +
                    " samples or last more than one hour: send less at a time");
  }
  const Status fits = count(memory, sizeof(float) * frames);
  if (!fits) return fits.error();
  const std::span<const std::byte> whole = bytes.first(frames * layout.frame_bytes());
  Result<std::vector<float>> samples = decode_pcm(whole, layout);
  if (!samples) return samples.error();
  return DecodedAudio{.clip = {.samples = *std::move(samples), .sample_rate_hz = sample_rate_hz},
                      .container = "pcm",
                      .sample_format = std::string(to_string(layout.format)),
                      .channels = layout.channels,
                      .dropped_bytes = static_cast<std::int64_t>(bytes.size() - whole.size())};
}

}  // namespace

Result<DecodedAudio> decode(std::span<const std::byte> bytes, const Declaration& declared,
                            MemoryBudget::Lease* memory) {
  return sniff_container(bytes) == Container::pcm ? decode_raw_pcm(bytes, declared, memory)
                                                  : decode_sound_file(bytes, memory);
}

Result<DecodedAudio> decode_file(const std::string& path, const Declaration& declared) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::not_found, path + " cannot be opened");

  // The largest sample is a double; a header is small beside it.
  constexpr std::size_t kMaxFileBytes = sizeof(double) * limits::kMaxDecodedSamples + (1U << 20U);
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  std::vector<std::byte> bytes;
  while (file) {
    const std::size_t size = bytes.size();
    if (size > kMaxFileBytes) {
      return fail(ErrorCode::too_large,
                  path + " has more than " + std::to_string(kMaxFileBytes) + " bytes");
    }
    bytes.resize(size + kStep);
    file.read(reinterpret_cast<char*>(bytes.data() + size), kStep);
    bytes.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) return fail(ErrorCode::not_found, path + " cannot be read");
  return decode(bytes, declared);
}

}  // namespace auscult::audio
