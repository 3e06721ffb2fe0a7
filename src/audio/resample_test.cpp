#include "audio/resample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

constexpr std::array kRatesHz = {4'000,  8'000,  16'000, 22'050, 22'222,
                                 32'000, 44'100, 48'000, 192'000};

// The filter sees silence before and behind the clip: its ringing there is not judged.
constexpr double kEdgeS = 0.1;

double largest_error(const AudioClip& clip, const std::vector<float>& expected) {
  const auto edge = static_cast<std::size_t>(kEdgeS * clip.sample_rate_hz);
  double largest = 0;
  for (std::size_t i = edge; i + edge < clip.samples.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(clip.samples[i] - expected[i])));
  }
  return largest;
}

TEST(Resample, KeepsASineInAmplitudeAndTime) {
  for (const int from : kRatesHz) {
    for (const int to : kRatesHz) {
      const AudioClip clip = resample({sine(100, from, 1), from}, to);
      ASSERT_EQ(clip.samples.size(), static_cast<std::size_t>(to));
      EXPECT_LT(largest_error(clip, sine(100, to, 1)), 5e-4) << from << " to " << to;
    }
  }
}

TEST(Resample, SilencesAToneAboveTheNewNyquist) {
  for (const int from : {8'000, 16'000, 44'100, 192'000}) {
    const AudioClip clip = resample({sine(2'100, from, 1), from}, 4'000);
    // 80 dB below an amplitude of 0.5.
    EXPECT_LT(largest_error(clip, std::vector<float>(clip.samples.size())), 5e-5) << from;
  }
}

TEST(Resample, IsLinear) {
  const AudioClip first = {sine(100, 16'000, 1), 16'000};
  const AudioClip second = {sine(440, 16'000, 1), 16'000};
  AudioClip sum = first;
  for (std::size_t i = 0; i < sum.samples.size(); ++i) {
    sum.samples[i] = 3 * first.samples[i] + second.samples[i];
  }
  const AudioClip a = resample(first, 2'000);
  const AudioClip b = resample(second, 2'000);
  const AudioClip both = resample(sum, 2'000);
  for (std::size_t i = 0; i < both.samples.size(); ++i) {
    ASSERT_NEAR(both.samples[i], 3 * a.samples[i] + b.samples[i], 1e-5);
  }
}

TEST(Resample, RoundsTheLengthToTheDuration) {
  EXPECT_EQ(resample({std::vector<float>(1'001), 16'000}, 2'000).samples.size(), 125U);
  EXPECT_EQ(resample({std::vector<float>(1'004), 16'000}, 2'000).samples.size(), 126U);
  EXPECT_EQ(resample({std::vector<float>(1), 4'000}, 192'000).samples.size(), 48U);
  EXPECT_TRUE(resample({std::vector<float>(3), 192'000}, 4'000).samples.empty());
  EXPECT_TRUE(resample({{}, 16'000}, 4'000).samples.empty());
}

TEST(Resample, ReturnsAClipOfTheSameRateAsItIs) {
  const AudioClip clip = {sine(440, 16'000, 0.1), 16'000};
  EXPECT_EQ(resample(clip, 16'000), clip);
}

TEST(Resample, GivesTheSameSamplesEachTime) {
  const AudioClip clip = {sine(440, 22'222, 1), 22'222};
  EXPECT_EQ(resample(clip, 2'000), resample(clip, 2'000));
}

TEST(Resampler, GivesTheSameSamplesHoweverTheSoundIsCut) {
  for (const int from : {2'000, 4'000, 11'025, 44'100}) {
    const AudioClip clip = {sine(440, from, 3), from};
    for (const std::size_t piece : {std::size_t{1}, std::size_t{777}, clip.samples.size()}) {
      Resampler resampler(from, 2'000);
      for (std::span<const float> left = clip.samples; !left.empty();) {
        const auto next = left.first(std::min(piece, left.size()));
        resampler.take(next);
        left = left.subspan(next.size());
      }
      EXPECT_EQ(std::move(resampler).finish(), resample(clip, 2'000)) << from << " by " << piece;
    }
  }
}

}  // namespace
}  // namespace auscult::audio
