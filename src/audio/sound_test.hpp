#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <vector>

namespace auscult::audio {

inline std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

/// Bytes that look like noise, the same every time (a linear congruential generator).
inline std::vector<std::byte> noise_bytes(std::size_t size, std::uint32_t seed = 1) {
  std::vector<std::byte> result(size);
  for (std::byte& byte : result) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    byte = static_cast<std::byte>(seed >> 24U);
  }
  return result;
}

inline std::vector<float> sine(double frequency_hz, int sample_rate_hz, double duration_s,
                               double amplitude = 0.5) {
  std::vector<float> samples(static_cast<std::size_t>(duration_s * sample_rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double time_s = static_cast<double>(i) / sample_rate_hz;
    samples[i] =
        static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency_hz * time_s));
  }
  return samples;
}

}  // namespace auscult::audio
