#include "signal/spectrum.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace auscult::signal {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

std::vector<float> sine(std::size_t count, double cycles_a_sample, double amplitude = 1) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * cycles_a_sample * static_cast<double>(i)));
  }
  return samples;
}

TEST(MeanPowerSpectrum, ShowsASineAtItsFrequencyWithItsPower) {
  for (const std::size_t size : {8U, 64U, 256U}) {
    const std::vector<float> spectrum = mean_power_spectrum(sine(10 * size + 3, 0.25, 2), size);
    ASSERT_THAT(spectrum, SizeIs(size / 2 + 1));
    EXPECT_NEAR(spectrum[size / 4], 2, 1e-3) << size;
    EXPECT_NEAR(spectrum[size / 4 + 1], 0.5, 1e-3) << size;
  }
}

TEST(MeanPowerSpectrum, AgreesWithTheSumThatDefinesIt) {
  // One frame of 16, by the discrete Fourier transform as it is written.
  std::vector<float> samples(16);
  for (std::size_t i = 0; i < 16; ++i) samples[i] = static_cast<float>((i * i * 7 + 3) % 11) - 5;
  const std::vector<float> spectrum = mean_power_spectrum(samples, 16);
  for (std::size_t k = 0; k <= 8; ++k) {
    double real = 0;
    double imaginary = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(i) / 16;
      const double value = static_cast<double>(samples[i]) * (0.5 - 0.5 * std::cos(turn));
      real += value * std::cos(turn * static_cast<double>(k));
      imaginary += value * std::sin(turn * static_cast<double>(k));
    }
    const double sides = k == 0 || k == 8 ? 1 : 2;
    EXPECT_NEAR(spectrum[k], sides * (real * real + imaginary * imaginary) / 64, 1e-4) << k;
  }
}

TEST(MeanPowerSpectrum, IsTheMeanOverTheFramesHoweverManyThereAre) {
  // The first half of the frames is silent: half of the power is left, also of an odd number.
  constexpr std::size_t kSize = 64;
  std::vector<float> samples(4 * kSize, 0.0F);
  const std::vector<float> loud = sine(4 * kSize, 0.25);
  samples.insert(samples.end(), loud.begin(), loud.end());
  EXPECT_NEAR(mean_power_spectrum(samples, kSize)[16], 0.25, 0.02);
}

TEST(MeanPowerSpectrum, IsTheMeanOfWhatItGivesOfEachFrameByItself) {
  // Frames are transformed sixteen at a time.
  constexpr std::size_t kSize = 32;
  constexpr std::size_t kHop = kSize / 2;
  for (const std::size_t frames : {1U, 2U, 15U, 16U, 17U, 31U, 33U}) {
    std::vector<float> samples(kSize + (frames - 1) * kHop);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] = static_cast<float>((i * i * 7 + i / 20) % 31) - 15;
    }
    std::vector<float> means(kSize / 2 + 1, 0.0F);
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const auto one = mean_power_spectrum(std::span(samples).subspan(frame * kHop, kSize), kSize);
      for (std::size_t k = 0; k < one.size(); ++k) means[k] += one[k] / static_cast<float>(frames);
    }
    const std::vector<float> spectrum = mean_power_spectrum(samples, kSize);
    for (std::size_t k = 0; k < means.size(); ++k) {
      EXPECT_NEAR(spectrum[k], means[k], 1e-5 * static_cast<double>(means[k]) + 1e-5)
          << k << " of " << frames;
    }
  }
}

TEST(MeanPowerSpectrum, PadsWhatIsTooShort) {
  EXPECT_THAT(mean_power_spectrum({}, 32), Each(0.0F));
  EXPECT_GT(mean_power_spectrum(sine(20, 0.25), 32)[8], 0.05F);
}

}  // namespace
}  // namespace auscult::signal
