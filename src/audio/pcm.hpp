#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::audio {

enum class SampleFormat { u8, s16, s24, s32, f32 };
enum class ByteOrder { little, big };

std::string_view to_string(SampleFormat format);
std::size_t sample_bytes(SampleFormat format);

/// How raw PCM is laid out: interleaved frames of `channels` samples.
struct PcmLayout {
  SampleFormat format = SampleFormat::s16;
  ByteOrder byte_order = ByteOrder::little;
  int channels = 1;

  /// The size of one frame.
  [[nodiscard]] std::size_t frame_bytes() const {
    return sample_bytes(format) * static_cast<std::size_t>(channels);
  }
};

/// The largest magnitude of a float sample: that of 32-bit integers stored unscaled. Anything
/// beyond is not sound but other bytes read as floats, and would overflow in a sum of squares.
inline constexpr float kMaxFloatMagnitude = 0x1p31F;

/// Decodes interleaved PCM to one channel, the mean of all channels.
///
/// `bytes` holds whole frames; the result has one sample per frame. Integer formats map to
/// [-1, 1) (s16 is divided by 2^15); f32 passes through unscaled.
/// Fails with invalid_argument if `channels` is not in [1, kMaxChannels], and with
/// malformed_audio if the last frame is cut short or a sample is not finite or beyond
/// kMaxFloatMagnitude. Any thread.
Result<std::vector<float>> decode_pcm(std::span<const std::byte> bytes, PcmLayout layout);
/// The same in place of what `samples` holds, whose memory is used again. `first_byte` is where
/// `bytes` begins in what was sent, for the error.
Status decode_pcm(std::span<const std::byte> bytes, PcmLayout layout, std::vector<float>& samples,
                  std::size_t first_byte = 0);

/// Every sample of integer PCM, channels interleaved as they are, left-justified in 32 bits: the
/// sample's value times 2^31, without loss. `bytes` holds whole frames; `layout.format` is not f32.
std::vector<std::int32_t> pcm_words(std::span<const std::byte> bytes, PcmLayout layout);

/// Every sample of f32 PCM, channels interleaved as they are. `bytes` holds whole frames.
std::vector<float> pcm_floats(std::span<const std::byte> bytes, ByteOrder byte_order);

}  // namespace auscult::audio
