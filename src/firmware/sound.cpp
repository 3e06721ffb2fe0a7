#include "firmware/sound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "audio/synthetic_heart.hpp"

namespace auscult::firmware {
namespace {

void append_little(std::string& text, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

}  // namespace

std::vector<std::int16_t> heart_samples(int sample_rate_hz, double duration_s) {
  const audio::AudioClip clip =
      audio::synthesize({.rate_bpm = 72, .duration_s = duration_s}, sample_rate_hz);
  std::vector<std::int16_t> samples;
  samples.reserve(clip.samples.size());
  for (const float sample : clip.samples) {
    const double scaled = std::round(static_cast<double>(sample) * 32'768);
    samples.push_back(static_cast<std::int16_t>(std::clamp(scaled, -32'768.0, 32'767.0)));
  }
  return samples;
}

std::string encode(const std::vector<std::int16_t>& samples, const Layout& layout) {
  std::string bytes;
  const auto width = static_cast<std::size_t>(layout.bytes);
  bytes.reserve(samples.size() * width * static_cast<std::size_t>(layout.channels));
  for (const std::int16_t sample : samples) {
    std::uint32_t word = static_cast<std::uint16_t>(sample);
    if (layout.bytes == 4) word = (word << 16U) | static_cast<std::uint16_t>(layout.low_word);
    std::string text;
    append_little(text, word, layout.bytes);
    if (layout.is_big_endian) std::ranges::reverse(text);
    for (int channel = 0; channel < layout.channels; ++channel) bytes += text;
  }
  return bytes;
}

std::string encode(const WavHeader& header) {
  const auto frame_bytes = static_cast<std::uint32_t>(header.channels * header.bits / 8);
  const auto rate = static_cast<std::uint32_t>(header.sample_rate_hz);
  std::string text = "RIFF";
  append_little(text, header.claimed_bytes + (header.claimed_bytes < 0xFFFF'0000U ? 36 : 0), 4);
  text += "WAVEfmt ";
  append_little(text, 16, 4);
  append_little(text, 1, 2);
  append_little(text, static_cast<std::uint32_t>(header.channels), 2);
  append_little(text, rate, 4);
  append_little(text, rate * frame_bytes, 4);
  append_little(text, frame_bytes, 2);
  append_little(text, static_cast<std::uint32_t>(header.bits), 2);
  text += "data";
  append_little(text, header.claimed_bytes, 4);
  return text;
}

std::vector<std::string> to_chunks(std::string_view body, std::size_t chunk_bytes) {
  std::vector<std::string> chunks;
  while (!body.empty()) {
    const std::string_view part = body.substr(0, chunk_bytes);
    std::array<char, 20> size{};
    (void)std::snprintf(size.data(), size.size(), "%04zX\r\n", part.size());
    chunks.push_back(std::string(size.data()).append(part).append("\r\n"));
    body.remove_prefix(part.size());
  }
  chunks.emplace_back("0\r\n\r\n");
  return chunks;
}

}  // namespace auscult::firmware
