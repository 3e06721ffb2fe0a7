#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "audio/clip.hpp"

/// Heart sounds made from formulas, the same sound at any rate: for tests, which then need no
/// recording, and for what is sent to a service to see whether it answers.
namespace auscult::audio {

/// Where a murmur lies: between S1 and S2, in the first or last part of that, or after S2.
enum class MurmurTiming { holosystolic, early_systolic, late_systolic, diastolic };

/// A heart that is regular but for one beat, if any. Times and levels are those of a quiet adult:
/// S1 at the start of a beat, S2 after a systole of a third of it.
struct SyntheticHeart {
  double rate_bpm = 72;
  double duration_s = 10;
  double murmur_level = 0;  ///< Of S1's peak, 0 to 1.
  double noise_level = 0.01;
  double peak = 0.3;  ///< Of S1, of full scale.
  MurmurTiming murmur_timing = MurmurTiming::holosystolic;
  double third_sound_level = 0;  ///< Of S1's peak; an S3 lies kThirdSoundS after S2 begins.
  int premature_beat = 0;        ///< Which beat comes early, from 1; none if 0.
  double prematurity = 0.6;      ///< Its interval, of a beat; the pause after it makes up for it.
};

inline constexpr double kThirdSoundS = 0.15;

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

/// When S1 of the beat begins, counted from 0.
inline double beat_onset_s(const SyntheticHeart& heart, int beat) {
  const bool is_early = heart.premature_beat > 0 && beat == heart.premature_beat;
  return (beat - (is_early ? 1 - heart.prematurity : 0)) * 60 / heart.rate_bpm;
}

/// The murmur's loudness at a part of its stretch, 0 to 1.
inline double murmur_envelope(double position) {
  return position <= 0 || position >= 1 ? 0 : std::sin(std::numbers::pi * position);
}

/// The murmur at one moment of a beat, without its level.
inline double murmur_sound(const SyntheticHeart& heart, double time_s, double phase_s) {
  const double beat_s = 60 / heart.rate_bpm;
  const double s2_s = 0.08 + 0.28 * beat_s;
  double start_s = 0.10;
  double end_s = s2_s;
  switch (heart.murmur_timing) {
    case MurmurTiming::holosystolic:
      break;
    case MurmurTiming::early_systolic:
      end_s = start_s + 0.55 * (s2_s - start_s);
      break;
    case MurmurTiming::late_systolic:
      start_s = s2_s - 0.55 * (s2_s - start_s);
      break;
    case MurmurTiming::diastolic:
      start_s = s2_s + 0.09;
      end_s = start_s + 0.7 * (beat_s - start_s);
      break;
  }
  return murmur_envelope((phase_s - start_s) / (end_s - start_s)) * band_noise(time_s, 120, 380, 1);
}

/// The heart's sound at one moment; S1 peaks near 1.
inline double heart_sound(const SyntheticHeart& heart, double time_s) {
  const double beat_s = 60 / heart.rate_bpm;
  int beat = static_cast<int>(time_s / beat_s);
  if (time_s >= beat_onset_s(heart, beat + 1)) ++beat;
  const double phase_s = time_s - beat_onset_s(heart, beat);
  const double s2_s = 0.08 + 0.28 * beat_s;
  double value = burst(phase_s, 48, 0.11) + 0.35 * burst(phase_s, 95, 0.08) +
                 0.7 * burst(phase_s - s2_s, 65, 0.08) + 0.3 * burst(phase_s - s2_s, 120, 0.06);
  value += heart.third_sound_level * burst(phase_s - s2_s - kThirdSoundS, 40, 0.07);
  if (heart.murmur_level > 0) value += heart.murmur_level * murmur_sound(heart, time_s, phase_s);
  if (heart.noise_level > 0) value += heart.noise_level * band_noise(time_s, 20, 900, 2);
  return value;
}

inline AudioClip synthesize(const SyntheticHeart& heart, int sample_rate_hz) {
  AudioClip clip{.samples = {}, .sample_rate_hz = sample_rate_hz};
  const auto count = static_cast<std::size_t>(std::lround(heart.duration_s * sample_rate_hz));
  clip.samples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double time_s = static_cast<double>(i) / sample_rate_hz;
    clip.samples.push_back(static_cast<float>(heart.peak * heart_sound(heart, time_s)));
  }
  return clip;
}

}  // namespace auscult::audio
