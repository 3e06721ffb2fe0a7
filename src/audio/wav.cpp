#include "audio/wav.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/lanes.hpp"

namespace auscult::audio {

namespace {

constexpr double kLowest = -32'768;
constexpr double kHighest = 32'767;

/// The nearest whole number, halves to the even one, of a value below 2^51: what std::nearbyint()
/// gives, in two additions that the compiler can do for several values at once.
[[gnu::always_inline]] inline double round_half_even(double value) {
  constexpr double kNoFraction = 0x1.8p52;
  return (value + kNoFraction) - kNoFraction;
}

/// In steps of s16, saturated.
[[gnu::always_inline]] inline double amplify(float sample, double gain) {
  return round_half_even(
      std::min(std::max(static_cast<double>(sample) * gain * 32'768, kLowest), kHighest));
}

[[gnu::always_inline]] inline bool is_clipped(double amplified) {
  return amplified <= kLowest || amplified >= kHighest;
}

double fraction(std::size_t clipped, std::size_t count) {
  return count == 0 ? 0 : static_cast<double>(clipped) / static_cast<double>(count);
}

/// Writes the samples as s16 and says how many were clipped.
[[gnu::always_inline]] inline std::uint32_t amplify_all(std::span<const float> samples, double gain,
                                                        std::span<std::int16_t> amplified) {
  std::uint32_t clipped = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = amplify(samples[i], gain);
    clipped += is_clipped(value) ? 1U : 0U;
    amplified[i] = static_cast<std::int16_t>(static_cast<std::int32_t>(value));
  }
  return clipped;
}

constexpr std::uint32_t kHeaderBytes = AmplifiedWavWriter::kHeaderBytes;

/// The header of a WAV file of mono s16 (the RIFF specification of 1991, with its `fmt ` chunk of
/// 16 bytes), little-endian.
std::array<std::uint32_t, kHeaderBytes / 4> wav_header(int sample_rate_hz, std::size_t frames) {
  const auto rate = static_cast<std::uint32_t>(sample_rate_hz);
  const auto bytes = static_cast<std::uint32_t>(2 * frames);
  constexpr std::uint32_t kPcmMono = 1U | (1U << 16U);
  constexpr std::uint32_t kTwoBytesOf16Bits = 2U | (16U << 16U);
  const auto tag = [](std::string_view name) {
    std::uint32_t word = 0;
    std::memcpy(&word, name.data(), sizeof word);
    return word;
  };
  return {tag("RIFF"), kHeaderBytes - 8 + bytes, tag("WAVE"), tag("fmt "), 16, kPcmMono, rate,
          2 * rate,    kTwoBytesOf16Bits,        tag("data"), bytes};
}

}  // namespace

double clipped_fraction(const AudioClip& clip, double gain) {
  std::size_t clipped = 0;
  for (const float sample : clip.samples) clipped += is_clipped(amplify(sample, gain)) ? 1U : 0U;
  return fraction(clipped, clip.samples.size());
}

AmplifiedWavWriter::AmplifiedWavWriter(int sample_rate_hz, double gain)
    : sample_rate_hz_(sample_rate_hz), gain_(gain) {
  static_assert(std::endian::native == std::endian::little, "the words below are a WAV's");
  assert(sample_rate_hz > 0 && std::isfinite(gain));
}

std::span<const std::byte> AmplifiedWavWriter::take(std::span<const float> block) {
  block_.resize(block.size());
  clipped_ += in_widest_lanes<amplify_all>(block, gain_, std::span(block_));
  frames_ += block.size();
  return std::as_bytes(std::span(block_));
}

std::vector<std::byte> AmplifiedWavWriter::header() const {
  const auto words = wav_header(sample_rate_hz_, frames_);
  const auto bytes = std::as_bytes(std::span(words));
  return {bytes.begin(), bytes.end()};
}

double AmplifiedWavWriter::clipped_fraction() const { return fraction(clipped_, frames_); }

AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain) {
  AmplifiedWavWriter writer(clip.sample_rate_hz, gain);
  const std::span<const std::byte> samples = writer.take(clip.samples);
  AmplifiedWav wav{.bytes = writer.header(), .clipped_fraction = writer.clipped_fraction()};
  wav.bytes.insert(wav.bytes.end(), samples.begin(), samples.end());
  return wav;
}

}  // namespace auscult::audio
