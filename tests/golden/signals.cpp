#include "signals.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace auscult::golden {

namespace {

struct Heart {
  double rate_bpm = 70;
  double murmur = 0;  ///< Amplitude of noise between S1 and S2, S1 being 1.
  double noise = 0.005;
};

std::vector<float> heart(const Heart& heart, int rate, double seconds, std::uint64_t seed) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  Noise noise(seed);
  const double period = 60 / heart.rate_bpm;
  const double systole = 0.3 * std::sqrt(period / 0.8);
  const auto hiss = [&noise] { return static_cast<double>(noise.next()); };
  const auto sound = [](double t, double hertz, double length_s) {
    if (t < 0 || t > length_s) return 0.0;
    return std::sin(std::numbers::pi * t / length_s) * std::sin(2 * std::numbers::pi * hertz * t);
  };
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = std::fmod(static_cast<double>(i) / rate, period);
    double value = sound(t, 45, 0.1) + 0.7 * sound(t - systole, 60, 0.07);
    if (t > 0.1 && t < systole) value += heart.murmur * hiss();
    samples[i] = static_cast<float>(0.3 * (value + heart.noise * hiss()));
  }
  return samples;
}

std::vector<float> tone(double hertz, double amplitude, int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    samples[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hertz * t));
  }
  return samples;
}

std::vector<float> hiss(double amplitude, int rate, double seconds, std::uint64_t seed) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  Noise noise(seed);
  for (float& sample : samples) sample = static_cast<float>(amplitude) * noise.next();
  return samples;
}

std::vector<float> clicks(double every_s, int rate, double seconds) {
  std::vector<float> samples = hiss(1e-4, rate, seconds, 3);
  const auto step = static_cast<std::size_t>(every_s * rate);
  for (std::size_t i = step / 2; i < samples.size(); i += step) samples[i] = 0.9F;
  return samples;
}

std::vector<float> step(int rate, double seconds) {
  std::vector<float> samples = hiss(0.01, rate, seconds, 4);
  std::for_each(samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 3), samples.end(),
                [](float& sample) { sample += 0.5F; });
  return samples;
}

}  // namespace

std::vector<Signal> synthetic_signals(int sample_rate_hz, double longest_s) {
  const auto within = [longest_s](double seconds) { return std::min(seconds, longest_s); };
  std::vector<Signal> signals;
  std::uint64_t seed = 100;
  for (const double bpm : {48.0, 70.0, 95.0, 140.0}) {
    for (const double murmur : {0.0, 0.15, 0.5}) {
      const std::string name = "heart " + std::to_string(static_cast<int>(bpm)) + " bpm, murmur " +
                               std::to_string(static_cast<int>(100 * murmur)) + " %";
      const double seconds = within(4.0 + static_cast<double>(seed % 7) * 3.3);
      signals.push_back({name, heart({bpm, murmur, 0.01}, sample_rate_hz, seconds, seed)});
      ++seed;
    }
  }
  signals.push_back({"heart in noise", heart({80, 0, 0.5}, sample_rate_hz, within(10), 51)});
  signals.push_back(
      {"heart, half a second", heart({75, 0, 0.01}, sample_rate_hz, within(0.5), 52)});
  signals.push_back({"heart, the longest", heart({66, 0.2, 0.02}, sample_rate_hz, longest_s, 53)});
  signals.push_back({"tone 50 Hz", tone(50, 0.5, sample_rate_hz, within(5))});
  signals.push_back({"tone 400 Hz", tone(400, 0.05, sample_rate_hz, within(10))});
  signals.push_back({"noise, loud", hiss(0.9, sample_rate_hz, within(10), 61)});
  signals.push_back({"noise, faint", hiss(1e-3, sample_rate_hz, within(12.5), 62)});
  signals.push_back({"near silence", hiss(3e-5, sample_rate_hz, within(6), 63)});
  signals.push_back({"clicks", clicks(0.8, sample_rate_hz, within(8))});
  signals.push_back({"step", step(sample_rate_hz, within(15))});
  return signals;
}

}  // namespace auscult::golden
