#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "audio/bounds.hpp"
#include "audio/pcm.hpp"
#include "audio/sound_file.hpp"
#include "auscult/audio.hpp"

namespace auscult {
namespace {

struct Width {
  audio::SampleFormat format;
  int codec;
};

constexpr std::array<Width, 4> kWidths{{{audio::SampleFormat::u8, SF_FORMAT_PCM_U8},
                                        {audio::SampleFormat::s16, SF_FORMAT_PCM_16},
                                        {audio::SampleFormat::s24, SF_FORMAT_PCM_24},
                                        {audio::SampleFormat::s32, SF_FORMAT_PCM_32}}};

/// Multiplies left-justified samples of `width` bytes, each rounded to its own last bit.
void amplify(std::span<std::int32_t> words, int width, double factor) {
  const std::int32_t unit = std::int32_t{1} << (8 * (4 - width));
  const double highest = std::exp2(8 * width - 1) - 1;
  for (std::int32_t& word : words) {
    const std::int32_t sample = word / unit;
    const double amplified = std::nearbyint(sample * factor);
    word = static_cast<std::int32_t>(std::clamp(amplified, -highest - 1, highest)) * unit;
  }
}

}  // namespace

Result<std::vector<std::byte>> pcm_to_wav(std::span<const std::byte> pcm_data, int sample_rate,
                                          int num_channels, int sample_width,
                                          double amplification_factor) {
  const Status rate_fits = audio::check_sample_rate(sample_rate);
  if (!rate_fits) return rate_fits.error();
  const Status channels_fit = audio::check_channels(num_channels);
  if (!channels_fit) return channels_fit.error();
  if (sample_width < 1 || sample_width > 4) {
    return fail(ErrorCode::invalid_argument, "the sample width is " + std::to_string(sample_width) +
                                                 " bytes, but must be 1 to 4");
  }
  if (!(amplification_factor >= 0 && amplification_factor <= limits::kMaxGain)) {
    return fail(ErrorCode::invalid_argument,
                "the amplification factor is " + std::to_string(amplification_factor) +
                    ", but must be 0 to " + std::to_string(limits::kMaxGain));
  }
  const Width& width = kWidths[static_cast<std::size_t>(sample_width) - 1];
  const audio::PcmLayout layout = {.format = width.format, .channels = num_channels};
  const std::size_t frames = pcm_data.size() / layout.frame_bytes();
  if (frames == 0) {
    return fail(ErrorCode::malformed_audio,
                "not one whole frame: " + std::to_string(pcm_data.size()) +
                    " bytes, but a frame has " + std::to_string(layout.frame_bytes()));
  }
  if (frames > static_cast<std::size_t>(limits::kMaxDecodedSamples / num_channels)) {
    return fail(ErrorCode::too_large, std::to_string(frames) + " frames are more than " +
                                          std::to_string(limits::kMaxDecodedSamples) + " samples");
  }
  std::vector<std::int32_t> words =
      audio::pcm_words(pcm_data.first(frames * layout.frame_bytes()), layout);
  amplify(words, sample_width, amplification_factor);
  return audio::encode_sound({SF_FORMAT_WAV | width.codec, sample_rate, num_channels}, words);
}

}  // namespace auscult
