#pragma once

#include <cstddef>
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
};

/// Decodes interleaved PCM to one channel, the mean of all channels.
///
/// `bytes` holds whole frames; the result has one sample per frame. Integer formats map to
/// [-1, 1) (s16 is divided by 2^15); f32 passes through unscaled.
/// Fails with invalid_argument if `channels` is not in [1, kMaxChannels], and with
/// malformed_audio if the last frame is cut short or a sample is not finite. Any thread.
Result<std::vector<float>> decode_pcm(std::span<const std::byte> bytes, PcmLayout layout);

}  // namespace auscult::audio
