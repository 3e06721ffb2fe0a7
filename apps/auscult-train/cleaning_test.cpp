#include "cleaning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <span>

#include "front_end.hpp"

namespace auscult::train {
namespace {

std::vector<float> tone(double hz, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * kSampleRateHz));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / kSampleRateHz;
    samples[i] = static_cast<float>(std::sin(phase));
  }
  return samples;
}

double level_db(std::span<const float> samples) {
  double power = 0;
  for (const float sample : samples) power += static_cast<double>(sample * sample);
  return 10 * std::log10(power / static_cast<double>(samples.size()));
}

TEST(PassHigh, TakesTwelveDecibelsAnOctaveBelowItsCorner) {
  const auto change_db = [](double hz) {
    std::vector<float> samples = tone(hz, 4);
    const double before = level_db(samples);
    pass_high(samples, 80);
    return level_db(samples) - before;
  };
  EXPECT_NEAR(change_db(400), 0, 0.1);
  EXPECT_NEAR(change_db(80), -3, 0.1);
  EXPECT_NEAR(change_db(20), -24, 0.3);
}

TEST(Expand, MakesTheQuietQuieter) {
  std::vector<float> samples = tone(100, 2);
  for (std::size_t i = 0; i < samples.size() / 2; ++i) samples[i] *= 0.1F;
  const std::vector<float> before = samples;
  expand(samples, 2);
  // Away from where the level changes: 20 dB below is 20 dB more below, at a ratio of 2.
  EXPECT_NEAR(level_db(std::span(samples).subspan(500, 1000)), level_db(before) - 40 + 3, 0.5);
  EXPECT_NEAR(level_db(std::span(samples).subspan(2500, 1000)), -3, 0.5);
  samples = before;
  expand(samples, 1);
  EXPECT_EQ(samples, before);
}

TEST(Expand, LeavesSilenceSilent) {
  std::vector<float> silence(1000, 0.0F);
  expand(silence, 4);
  EXPECT_THAT(silence, ::testing::Each(0.0F));
}

TEST(CleanedPiece, IsTwoSecondsOrLongerAndTheSameForTheSameSeed) {
  const std::vector<float> samples = tone(100, 30);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random = random_for(seed, 0, 1);
    Random again = random_for(seed, 0, 1);
    const std::vector<float> piece = cleaned_piece(samples, random);
    EXPECT_GE(piece.size(), 2U * kSampleRateHz);
    EXPECT_LE(piece.size(), samples.size());
    EXPECT_EQ(piece, cleaned_piece(samples, again));
  }
}

TEST(CleanedPiece, IsAllOfAShortRecording) {
  Random random = random_for(1, 0, 1);
  EXPECT_EQ(cleaned_piece(tone(100, 1.5), random).size(), 3000U);
}

}  // namespace
}  // namespace auscult::train
