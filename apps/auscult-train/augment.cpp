#include "augment.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "front_end.hpp"

namespace auscult::train {
namespace {

constexpr double kNoiseShare = 0.7;

// Catmull-Rom between samples: at these speeds its error is far below the noise that is added.
float interpolated(std::span<const float> samples, double position) {
  const auto last = static_cast<std::ptrdiff_t>(samples.size()) - 1;
  const auto index = static_cast<std::ptrdiff_t>(position);
  const auto at = [&](std::ptrdiff_t offset) {
    return samples[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(index + offset, 0, last))];
  };
  const auto t = static_cast<float>(position - static_cast<double>(index));
  const float a = at(-1);
  const float b = at(0);
  const float c = at(1);
  const float d = at(2);
  return b + 0.5F * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

}  // namespace

Random random_for(std::uint64_t seed, std::uint64_t step, std::uint64_t purpose) {
  std::seed_seq sequence{seed, step, purpose};
  return Random(sequence);
}

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

void to_unit_power(std::vector<float>& samples) {
  double mean = 0;
  for (const float sample : samples) mean += static_cast<double>(sample);
  mean /= static_cast<double>(samples.size());
  double power = 0;
  for (float& sample : samples) {
    sample -= static_cast<float>(mean);
    power += static_cast<double>(sample) * static_cast<double>(sample);
  }
  const double rms = std::sqrt(power / static_cast<double>(samples.size()) + 1e-12);
  for (float& sample : samples) sample = static_cast<float>(static_cast<double>(sample) / rms);
}

std::vector<float> coloured_noise(std::size_t length, Random& random) {
  // Falling by 6 dB an octave from a low corner, as rumble and breath do, over a white floor.
  std::normal_distribution<float> normal;
  const double corner_hz = std::exp(uniform(random, std::log(15.0), std::log(300.0)));
  const double pole = std::exp(-2 * std::numbers::pi * corner_hz / kSampleRateHz);
  const auto keep = static_cast<float>(pole);
  const auto drive = static_cast<float>(std::sqrt(1 - pole * pole));
  const auto white_share = static_cast<float>(std::pow(10.0, uniform(random, -2.5, 0)));
  std::vector<float> noise(length);
  float low = 0;
  for (float& sample : noise) {
    low = keep * low + drive * normal(random);
    sample = low + white_share * normal(random);
  }
  to_unit_power(noise);
  return noise;
}

std::vector<float> random_crop(std::span<const float> samples, std::size_t length, Random& random) {
  const double speed = std::exp(uniform(random, std::log(0.85), std::log(1.18)));
  const auto available = static_cast<std::size_t>(static_cast<double>(samples.size()) / speed);
  const std::size_t taken = std::clamp<std::size_t>(available, 1, length);
  const double spare =
      std::max(0.0, static_cast<double>(samples.size()) - static_cast<double>(taken) * speed);
  const double start = uniform(random, 0, spare);
  std::vector<float> crop(taken);
  for (std::size_t i = 0; i < taken; ++i) {
    crop[i] = interpolated(samples, start + static_cast<double>(i) * speed);
  }
  to_unit_power(crop);
  if (uniform(random, 0, 1) < kNoiseShare) {
    const auto gain = static_cast<float>(std::pow(10.0, -uniform(random, 3, 33) / 20));
    const std::vector<float> noise = coloured_noise(taken, random);
    for (std::size_t i = 0; i < taken; ++i) crop[i] += gain * noise[i];
  }
  return crop;
}

std::vector<float> random_equaliser(Random& random) {
  std::normal_distribution<double> normal;
  const double tilt = 6 * normal(random);
  const double quadratic = 2.5 * normal(random);
  const double cubic = 2.5 * normal(random);
  std::vector<float> factors;
  for (int band = 0; band < kBands; ++band) {
    const double u = 2 * (band + 0.5) / kBands - 1;
    const double gain_db =
        tilt * u + quadratic * (1.5 * u * u - 0.5) + cubic * (2.5 * u * u * u - 1.5 * u);
    factors.push_back(static_cast<float>(std::pow(10.0, gain_db / 10)));
  }
  return factors;
}

}  // namespace auscult::train
