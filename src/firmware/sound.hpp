#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace auscult::firmware {

/// A synthetic heart of 72 beats a minute (audio/synthetic_heart.hpp), `duration_s` long, as 16-bit
/// samples: the same sound at any rate. A pure function.
std::vector<std::int16_t> heart_samples(int sample_rate_hz, double duration_s);

/// How samples are laid out in bytes; each is repeated in every channel.
struct Layout {
  int bytes = 2;  ///< Of a sample: 2, or 4 with the sample in the upper half.
  int channels = 1;
  bool is_big_endian = false;
  int low_word = 0;  ///< What stands in the lower half of 4 bytes: an I2S microphone's 24 bits.
};

std::string encode(const std::vector<std::int16_t>& samples, const Layout& layout);

/// The 44 bytes before little-endian PCM; a device that does not know the length yet claims 0 or
/// 0xFFFFFFFF.
struct WavHeader {
  int sample_rate_hz = 16'000;
  int bits = 16;
  int channels = 1;
  std::uint32_t claimed_bytes = 0;
};
std::string encode(const WavHeader& header);

/// The body in chunks of a chunked message, with the last one. The sizes are hexadecimal in capital
/// letters with leading zeros, as firmware prints them with "%04X".
std::vector<std::string> to_chunks(std::string_view body, std::size_t chunk_bytes);

}  // namespace auscult::firmware
