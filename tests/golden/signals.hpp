#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace auscult::golden {

/// Uniform in [-1, 1), the same everywhere: a linear congruential generator (Knuth's MMIX).
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) { next(); }
  float next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(static_cast<std::int32_t>(state_ >> 32U)) / 2147483648.0F;
  }

 private:
  std::uint64_t state_;
};

struct Signal {
  std::string name;
  std::vector<float> samples;
};

/// Clips at `sample_rate_hz` of 0.5 to `longest_s` seconds: heart-like pulses at several rates with
/// and without murmurs, noise, tones, clicks, steps, near silence.
std::vector<Signal> synthetic_signals(int sample_rate_hz, double longest_s);

}  // namespace auscult::golden
