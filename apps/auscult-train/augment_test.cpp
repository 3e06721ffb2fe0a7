#include "augment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "front_end.hpp"
#include "negatives.hpp"

namespace auscult::train {
namespace {

double rms(const std::vector<float>& samples) {
  double sum = 0;
  for (const float sample : samples) sum += static_cast<double>(sample * sample);
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

std::vector<float> ramp(std::size_t length) {
  std::vector<float> samples(length);
  for (std::size_t i = 0; i < length; ++i) samples[i] = std::sin(0.05F * static_cast<float>(i));
  return samples;
}

TEST(RandomCrop, IsTheSameForTheSameGenerator) {
  const std::vector<float> samples = ramp(30'000);
  Random first = random_for(1, 2, 3);
  Random second = random_for(1, 2, 3);
  EXPECT_EQ(random_crop(samples, 10'000, first), random_crop(samples, 10'000, second));
}

TEST(RandomCrop, TakesAllOfAShortRecordingAndNoMore) {
  const std::vector<float> samples = ramp(3'000);
  for (std::uint64_t step = 0; step < 50; ++step) {
    Random random = random_for(1, step, 1);
    const std::size_t length = random_crop(samples, 10'000, random).size();
    EXPECT_GE(length, static_cast<std::size_t>(3'000 / 1.18) - 1);
    EXPECT_LE(length, static_cast<std::size_t>(3'000 / 0.85) + 1);
  }
}

TEST(RandomCrop, DoesNotDependOnTheGainOfTheRecording) {
  const std::vector<float> samples = ramp(30'000);
  std::vector<float> quiet = samples;
  for (float& sample : quiet) sample *= 0.125F;
  Random first = random_for(4, 0, 1);
  Random second = random_for(4, 0, 1);
  const std::vector<float> loud_crop = random_crop(samples, 10'000, first);
  const std::vector<float> quiet_crop = random_crop(quiet, 10'000, second);
  for (std::size_t i = 0; i < loud_crop.size(); ++i) {
    ASSERT_NEAR(loud_crop[i], quiet_crop[i], 1e-3);
  }
}

TEST(RandomCrop, SurvivesSilenceAndASingleSample) {
  Random random = random_for(5, 0, 1);
  for (const std::size_t length : {1UL, 2UL, 20'000UL}) {
    for (const float sample : random_crop(std::vector<float>(length), 10'000, random)) {
      ASSERT_TRUE(std::isfinite(sample));
    }
  }
}

TEST(RandomEqualiser, IsAFactorOfPowerForEachBand) {
  Random random = random_for(6, 0, 1);
  const std::vector<float> factors = random_equaliser(random);
  EXPECT_EQ(factors.size(), static_cast<std::size_t>(kBands));
  for (const float factor : factors) EXPECT_GT(factor, 0);
}

TEST(Synthesise, MakesEachKindLoudAndFinite) {
  for (int kind = 0; kind < kNegatives; ++kind) {
    for (std::uint64_t step = 0; step < 20; ++step) {
      Random random = random_for(7, step, 1);
      const double level = rms(synthesise(static_cast<Negative>(kind), 10'000, random));
      EXPECT_GT(level, 0.9) << kind;
      EXPECT_LT(level, 1.3) << kind;
    }
  }
}

}  // namespace
}  // namespace auscult::train
