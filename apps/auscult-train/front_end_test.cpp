#include "front_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace auscult::train {
namespace {

using ::testing::FloatNear;

// The 32 bands of one frame, as the network's front end computes them.
std::vector<float> bands_of(const std::vector<float>& frame) {
  const std::vector<float> kernels = fourier_kernels();
  std::vector<float> power(kBins);
  for (std::size_t wave = 0; wave < 2UL * kBins; ++wave) {
    const auto begin = kernels.begin() + static_cast<std::ptrdiff_t>(wave * kFrameSamples);
    const float value = std::inner_product(frame.begin(), frame.end(), begin, 0.0F);
    power[wave % kBins] += value * value;
  }
  const std::vector<float> weights = band_weights();
  std::vector<float> bands;
  for (std::ptrdiff_t band = 0; band < kBands; ++band) {
    bands.push_back(
        std::inner_product(power.begin(), power.end(), weights.begin() + band * kBins, 0.0F));
  }
  return bands;
}

std::vector<float> tone(double hz, double phase) {
  std::vector<float> frame(kFrameSamples);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    frame[i] = static_cast<float>(
        std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / kSampleRateHz + phase));
  }
  return frame;
}

TEST(BandWeights, OfEachBandSumToOne) {
  const std::vector<float> weights = band_weights();
  for (std::ptrdiff_t band = 0; band < kBands; ++band) {
    const auto begin = weights.begin() + band * kBins;
    EXPECT_THAT(std::accumulate(begin, begin + kBins, 0.0F), FloatNear(1, 1e-5F)) << band;
  }
}

TEST(FrontEnd, HearsAToneInItsBand) {
  // On the scale ln(1 + f / 300), 100 Hz lies at band (0.2877 - 0.0645) / 0.0425 - 1 = 4.3.
  const std::vector<float> bands = bands_of(tone(100, 0));
  const auto loudest = std::max_element(bands.begin(), bands.end()) - bands.begin();
  EXPECT_NEAR(static_cast<double>(loudest), 4.3, 1);
}

TEST(FrontEnd, DoesNotDependOnThePhase) {
  const std::vector<float> sine = bands_of(tone(400, 0));
  const std::vector<float> cosine = bands_of(tone(400, 0.5 * std::numbers::pi));
  const auto loudest = std::max_element(sine.begin(), sine.end()) - sine.begin();
  const auto band = static_cast<std::size_t>(loudest);
  EXPECT_NEAR(sine[band] / cosine[band], 1, 0.01);
}

TEST(FrontEnd, MakesAFrameOfEachHop) {
  constexpr int kSamples = 10'000;
  EXPECT_EQ((kSamples + kPadBefore + kPadAfter - kFrameSamples) / kHopSamples + 1,
            kSamples / kHopSamples);
}

}  // namespace
}  // namespace auscult::train
