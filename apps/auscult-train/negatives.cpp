#include "negatives.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "front_end.hpp"

namespace auscult::train {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

double seconds(std::size_t sample) { return static_cast<double>(sample) / kSampleRateHz; }

int whole(Random& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

std::vector<float> hum(std::size_t length, Random& random) {
  const double mains_hz = whole(random, 0, 1) == 0 ? 50 : 60;
  std::vector<float> sound(length);
  for (int harmonic = 1; harmonic <= 8; ++harmonic) {
    const double gain = uniform(random, 0, 1) / harmonic;
    const double phase = uniform(random, 0, kTwoPi);
    for (std::size_t i = 0; i < length; ++i) {
      sound[i] +=
          static_cast<float>(gain * std::sin(kTwoPi * mains_hz * harmonic * seconds(i) + phase));
    }
  }
  return sound;
}

// Adds a tone that decays to 1/e within `decay_s`, from `start_s` on.
void strike(std::vector<float>& sound, double start_s, double hz, double decay_s, double gain) {
  const auto first = static_cast<std::size_t>(start_s * kSampleRateHz);
  const auto end =
      std::min(sound.size(), static_cast<std::size_t>((start_s + 6 * decay_s) * kSampleRateHz) + 1);
  for (std::size_t i = first; i < end; ++i) {
    const double t = seconds(i) - start_s;
    sound[i] += static_cast<float>(gain * std::exp(-t / decay_s) * std::sin(kTwoPi * hz * t));
  }
}

std::vector<float> chords(std::size_t length, Random& random) {
  constexpr std::array<std::array<int, 3>, 4> kTriads = {
      {{0, 4, 7}, {0, 3, 7}, {0, 5, 9}, {0, 3, 6}}};
  std::vector<float> sound(length);
  const double beat_s = uniform(random, 0.25, 1.2);
  const double decay_s = uniform(random, 0.08, 0.8);
  double start_s = uniform(random, 0, beat_s);
  while (start_s < seconds(length)) {
    const double root_hz = 55 * std::pow(2.0, whole(random, 0, 30) / 12.0);
    const double loudness = uniform(random, 0.5, 1);
    for (const int semitones : kTriads[static_cast<std::size_t>(whole(random, 0, 3))]) {
      for (int partial = 1; partial <= 4; ++partial) {
        const double hz = root_hz * std::pow(2.0, semitones / 12.0) * partial;
        if (hz < 0.48 * kSampleRateHz) {
          strike(sound, start_s, hz, decay_s / partial, loudness / (partial * partial));
        }
      }
    }
    start_s += beat_s;
  }
  return sound;
}

std::vector<float> speech(std::size_t length, Random& random) {
  std::vector<float> sound(length);
  const double pitch_hz = uniform(random, 85, 240);
  std::size_t begin = 0;
  while (begin < length) {
    // One syllable and the pause after it; the resonance weighs the harmonics.
    const auto voiced = static_cast<std::size_t>(uniform(random, 0.08, 0.35) * kSampleRateHz);
    const auto pause =
        static_cast<std::size_t>(std::pow(uniform(random, 0, 1), 3) * 0.8 * kSampleRateHz);
    const double start_hz = pitch_hz * uniform(random, 0.8, 1.25);
    const double glide = uniform(random, -0.5, 0.5);
    const double formant_hz = uniform(random, 280, 850);
    const double loudness = uniform(random, 0.3, 1);
    double phase = 0;
    for (std::size_t i = begin; i < std::min(length, begin + voiced); ++i) {
      const double part = static_cast<double>(i - begin) / static_cast<double>(voiced);
      const double hz = start_hz * (1 + glide * part);
      phase += kTwoPi * hz / kSampleRateHz;
      const double envelope = loudness * std::sin(std::numbers::pi * part);
      double value = 0;
      for (int harmonic = 1; harmonic * hz < 950; ++harmonic) {
        const double distance = (harmonic * hz - formant_hz) / 120;
        value += (0.15 + std::exp(-0.5 * distance * distance)) / std::sqrt(harmonic) *
                 std::sin(harmonic * phase);
      }
      sound[i] = static_cast<float>(envelope * value);
    }
    begin += voiced + pause;
  }
  return sound;
}

std::vector<float> clicks(std::size_t length, Random& random) {
  std::vector<float> sound(length);
  const double beat_s = uniform(random, 0.25, 1.5);
  const double hz = uniform(random, 150, 950);
  const double decay_s = uniform(random, 0.002, 0.02);
  const int accent = whole(random, 1, 4);
  int beat = 0;
  double start_s = uniform(random, 0, beat_s);
  while (start_s < seconds(length)) {
    strike(sound, start_s, beat % accent == 0 ? 1.2 * hz : hz, decay_s, 1);
    ++beat;
    start_s += beat_s;
  }
  return sound;
}

std::vector<float> rubbing(std::size_t length, Random& random) {
  std::vector<float> sound = coloured_noise(length, random);
  // Irregular strokes: a random walk between silence and full strength.
  double level = 0;
  double target = 0;
  std::size_t change = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i >= change) {
      target = uniform(random, 0, 1) < 0.4 ? 0.02 : uniform(random, 0.2, 1);
      change = i + static_cast<std::size_t>(uniform(random, 0.03, 0.7) * kSampleRateHz);
    }
    level += (target - level) * 0.02;
    sound[i] *= static_cast<float>(level);
  }
  return sound;
}

std::vector<float> pure(Negative kind, std::size_t length, Random& random) {
  switch (kind) {
    case Negative::noise:
      return coloured_noise(length, random);
    case Negative::hum:
      return hum(length, random);
    case Negative::chords:
      return chords(length, random);
    case Negative::speech:
      return speech(length, random);
    case Negative::clicks:
      return clicks(length, random);
    case Negative::rubbing:
      return rubbing(length, random);
  }
  return {};
}

}  // namespace

std::vector<float> synthesise(Negative kind, std::size_t length, Random& random) {
  std::vector<float> sound = pure(kind, length, random);
  to_unit_power(sound);
  const auto gain = static_cast<float>(std::pow(10.0, -uniform(random, 5, 60) / 20));
  const std::vector<float> noise = coloured_noise(length, random);
  for (std::size_t i = 0; i < length; ++i) sound[i] += gain * noise[i];
  return sound;
}

}  // namespace auscult::train
