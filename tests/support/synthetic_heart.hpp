#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "audio/clip.hpp"

/// Heart sounds made from formulas, so that tests need no recording: the same sound at any rate.
namespace auscult::testing {

/// A regular heart. Times and levels are those of a quiet adult: S1 at the start of a beat, S2
/// after a systole of a third of it; a murmur, if any, fills the systole.
struct SyntheticHeart {
  double rate_bpm = 72;
  double duration_s = 10;
  double murmur_level = 0;  ///< Of S1's peak, 0 to 1.
  double noise_level = 0.01;
  double peak = 0.3;  ///< Of S1, of full scale.
};

/// One of many fixed frequencies and phases; their sum is noise of a known band at any rate.
inline double band_noise(double time_s, double low_hz, double high_hz, std::uint32_t seed) {
  constexpr int kPartials = 48;
  std::uint32_t state = seed;
  const auto uniform = [&state] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8U) / static_cast<double>(1U << 24U);
  };
  double sum = 0;
  for (int i = 0; i < kPartials; ++i) {
    const double frequency_hz = low_hz + (high_hz - low_hz) * uniform();
    sum += std::sin(2 * std::numbers::pi * (frequency_hz * time_s + uniform()));
  }
  return sum / std::sqrt(kPartials / 2.0);
}

/// A damped burst of `frequency_hz` that starts at 0 and rises within a quarter of its length.
inline double burst(double time_s, double frequency_hz, double length_s) {
  if (time_s < 0 || time_s > length_s) return 0;
  const double envelope = std::sin(std::numbers::pi * std::sqrt(time_s / length_s));
  return envelope * envelope * std::sin(2 * std::numbers::pi * frequency_hz * time_s);
}

/// The heart's sound at one moment; S1 peaks near 1.
inline double heart_sound(const SyntheticHeart& heart, double time_s) {
  const double beat_s = 60 / heart.rate_bpm;
  const double phase_s = std::fmod(time_s, beat_s);
  const double s2_s = 0.08 + 0.28 * beat_s;
  double value = burst(phase_s, 48, 0.11) + 0.35 * burst(phase_s, 95, 0.08) +
                 0.7 * burst(phase_s - s2_s, 65, 0.08) + 0.3 * burst(phase_s - s2_s, 120, 0.06);
  if (heart.murmur_level > 0 && phase_s > 0.10 && phase_s < s2_s) {
    const double position = (phase_s - 0.10) / (s2_s - 0.10);
    value += heart.murmur_level * std::sin(std::numbers::pi * position) *
             band_noise(time_s, 120, 380, 1);
  }
  return value + heart.noise_level * band_noise(time_s, 20, 900, 2);
}

inline audio::AudioClip synthesize(const SyntheticHeart& heart, int sample_rate_hz) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = sample_rate_hz};
  const auto count = static_cast<std::size_t>(std::lround(heart.duration_s * sample_rate_hz));
  clip.samples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double time_s = static_cast<double>(i) / sample_rate_hz;
    clip.samples.push_back(static_cast<float>(heart.peak * heart_sound(heart, time_s)));
  }
  return clip;
}

}  // namespace auscult::testing
