#include "cleaning.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "front_end.hpp"

namespace auscult::train {
namespace {

double log_uniform(Random& random, double low, double high) {
  return std::exp(uniform(random, std::log(low), std::log(high)));
}

// The amplitude, smoothed forwards and backwards, so that it is not late.
std::vector<double> level_of(std::span<const float> samples) {
  constexpr double kSmoothingS = 0.01;
  const double step = 1 - std::exp(-1 / (kSmoothingS * kSampleRateHz));
  std::vector<double> level(samples.size());
  double power = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto sample = static_cast<double>(samples[i]);
    level[i] = power += step * (sample * sample - power);
  }
  power = 0;
  for (std::size_t i = samples.size(); i-- > 0;) {
    power += step * (level[i] - power);
    level[i] = std::sqrt(power);
  }
  return level;
}

}  // namespace

void pass_high(std::vector<float>& samples, double corner_hz) {
  const double w = std::tan(std::numbers::pi * corner_hz / kSampleRateHz);
  const double gain = 1 / (1 + std::numbers::sqrt2 * w + w * w);
  const double a1 = 2 * (w * w - 1) * gain;
  const double a2 = (1 - std::numbers::sqrt2 * w + w * w) * gain;
  double first = 0;
  double second = 0;
  for (float& sample : samples) {
    const auto in = static_cast<double>(sample);
    const double out = gain * in + first;
    first = -2 * gain * in - a1 * out + second;
    second = gain * in - a2 * out;
    sample = static_cast<float>(out);
  }
}

void expand(std::vector<float>& samples, double ratio) {
  if (samples.empty()) return;
  const std::vector<double> level = level_of(samples);
  std::vector<double> sorted = level;
  const auto loud = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 4 / 5);
  std::nth_element(sorted.begin(), loud, sorted.end());
  if (*loud <= 0) return;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double gain = std::pow(std::min(1.0, level[i] / *loud), ratio - 1);
    samples[i] = static_cast<float>(gain * static_cast<double>(samples[i]));
  }
}

std::vector<float> cleaned_piece(std::span<const float> samples, Random& random) {
  constexpr double kShortestS = 2;
  const double all_s = static_cast<double>(samples.size()) / kSampleRateHz;
  const double length_s = log_uniform(random, std::min(kShortestS, all_s), all_s);
  const auto length =
      std::min(samples.size(), static_cast<std::size_t>(std::lround(length_s * kSampleRateHz)));
  const auto start =
      static_cast<std::size_t>(uniform(random, 0, static_cast<double>(samples.size() - length)));
  const std::span<const float> piece = samples.subspan(start, length);
  std::vector<float> cleaned(piece.begin(), piece.end());
  pass_high(cleaned, log_uniform(random, 20, 120));
  expand(cleaned, uniform(random, 1, 4));
  return cleaned;
}

}  // namespace auscult::train
