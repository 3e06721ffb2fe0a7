#include "audio/block_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

#include "audio/bounds.hpp"
#include "audio/container.hpp"
#include "core/limits.hpp"

namespace auscult::audio {
namespace {

constexpr std::size_t kBlockFrames = 8'192;

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

}  // namespace

Result<BlockReader> BlockReader::open(std::span<const std::byte> bytes,
                                      const Declaration& declared) {
  return sniff_container(bytes) == Container::pcm ? open_pcm(bytes, declared) : open_file(bytes);
}

Result<BlockReader> BlockReader::open_file(std::span<const std::byte> bytes) {
  Result<SoundReader> file = SoundReader::open(bytes);
  if (!file) return file.error();
  BlockReader reader;
  reader.format_ = {.container = std::string(to_string(file->container())),
                    .sample_format = codec_name(file->codec()),
                    .sample_rate_hz = file->sample_rate_hz(),
                    .channels = file->channels()};
  // A block of the file is f32 PCM in this machine's order: one way to mix, one to check.
  reader.layout_ = {
      .format = SampleFormat::f32,
      .byte_order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big,
      .channels = file->channels()};
  reader.file_ = *std::move(file);
  return reader;
}

Result<BlockReader> BlockReader::open_pcm(std::span<const std::byte> bytes,
                                          const Declaration& declared) {
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
  BlockReader reader;
  reader.left_ = bytes.first(frames * layout.frame_bytes());
  reader.layout_ = layout;
  reader.format_ = {.container = "pcm",
                    .sample_format = std::string(to_string(layout.format)),
                    .sample_rate_hz = sample_rate_hz,
                    .channels = layout.channels,
                    .dropped_bytes = static_cast<std::int64_t>(bytes.size() - reader.left_.size())};
  return reader;
}

std::optional<std::size_t> BlockReader::frames() const {
  if (file_) return std::nullopt;
  return left_.size() / layout_.frame_bytes();
}

Result<std::span<const float>> BlockReader::next() {
  if (!file_) {
    const std::size_t size = std::min(kBlockFrames * layout_.frame_bytes(), left_.size());
    const Status decoded =
        decode_pcm(left_.first(size), layout_, block_, frames_read_ * layout_.frame_bytes());
    if (!decoded) return decoded.error();
    left_ = left_.subspan(size);
  } else {
    const Result<std::span<const float>> block = file_->next_floats();
    if (!block) return block.error();
    if (!decode_pcm(std::as_bytes(*block), layout_, block_)) {
      return fail(ErrorCode::malformed_audio,
                  "the file has a sample that is not finite or absurdly large, soon after frame " +
                      std::to_string(frames_read_));
    }
    if (block_.empty() && frames_read_ == 0) {
      return fail(ErrorCode::malformed_audio,
                  "the " + format_.container + " file holds not one whole frame of sound");
    }
  }
  frames_read_ += block_.size();
  return std::span<const float>(block_);
}

}  // namespace auscult::audio
