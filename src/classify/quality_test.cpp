#include "classify/quality.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace auscult::classify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

audio::AudioClip sine(double duration_s, double peak, double offset = 0) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = 4000};
  clip.samples.resize(static_cast<std::size_t>(duration_s * clip.sample_rate_hz));
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const double value = offset + peak * std::sin(0.1 * static_cast<double>(i));
    clip.samples[i] = static_cast<float>(std::clamp(value, -1.0, 1.0));
  }
  return clip;
}

TEST(AssessQuality, FindsNothingWrongWithAnOrdinaryLevel) {
  const Quality quality = assess_quality(listen(sine(5, 0.3), {}));
  EXPECT_EQ(quality.verdict, Quality::Verdict::good);
  EXPECT_THAT(quality.reasons, IsEmpty());
}

TEST(AssessQuality, SaysHowShortAClipIs) {
  const Quality quality = assess_quality(listen(sine(1.5, 0.3), {}));
  EXPECT_EQ(quality.verdict, Quality::Verdict::poor);
  EXPECT_THAT(quality.reasons, ElementsAre(HasSubstr("too short: 1.5 s")));
}

TEST(AssessQuality, CallsAFewConverterStepsTooQuiet) {
  EXPECT_THAT(assess_quality(listen(sine(5, 5.0 / 32768), {})).reasons,
              ElementsAre(HasSubstr("too quiet")));
}

TEST(AssessQuality, DoesNotTakeAnOffsetForALevel) {
  EXPECT_THAT(assess_quality(listen(sine(5, 5.0 / 32768, 0.5), {})).reasons,
              ElementsAre(HasSubstr("too quiet")));
  EXPECT_THAT(assess_quality(listen(sine(5, 0, 0.5), {})).reasons,
              ElementsAre(HasSubstr("silent")));
}

TEST(AssessQuality, ReportsClipping) {
  EXPECT_THAT(assess_quality(listen(sine(5, 1.5), {})).reasons, ElementsAre(HasSubstr("clipped")));
}

TEST(ExplainNoHeart, TellsHumNoiseAndWhatComesAndGoes) {
  const auto sounds_like = [](const auto& sound) {
    audio::AudioClip clip{.samples = std::vector<float>(16'000), .sample_rate_hz = 2000};
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      state = state * 1664525U + 1013904223U;
      const double noise = static_cast<double>(state >> 8U) / 8388608.0 - 1;
      clip.samples[i] = static_cast<float>(0.1 * sound(static_cast<double>(i) / 2000, noise));
    }
    return explain_no_heart(signal::BandEnergies(clip));
  };
  EXPECT_THAT(sounds_like([](double t, double) {
                double sum = 0;
                for (const double hz : {50.0, 100.0, 150.0, 250.0, 500.0}) {
                  sum += std::sin(6.28318530718 * hz * t);
                }
                return sum;
              }),
              HasSubstr("hum"));
  EXPECT_THAT(sounds_like([](double, double noise) { return noise; }), HasSubstr("steady noise"));
  EXPECT_THAT(sounds_like([](double t, double noise) {
                return std::fmod(t, 1.3) < 0.5 ? noise : 0.01 * noise;
              }),
              HasSubstr("come and go"));
}

TEST(FindDrowned, SaysByHowLittleTheHeartSoundsRise) {
  beats::CycleLevels clear;
  clear.s1.fill(1);
  clear.s2.fill(1);
  for (signal::Bands& part : clear.between) part.fill(0.1);
  beats::CycleLevels drowned = clear;
  for (signal::Bands& part : drowned.between) part.fill(0.5);
  EXPECT_EQ(find_drowned({}), std::nullopt);
  EXPECT_EQ(find_drowned({clear, clear, drowned}), std::nullopt);
  EXPECT_EQ(find_drowned({drowned, clear, drowned}),
            "mostly noise: the heart sounds rise only 3 dB above it");
}

TEST(IsJudgeable, NeedsASecondOfAMovingSignal) {
  EXPECT_TRUE(is_judgeable(listen(sine(1.0, 0.3), {})));
  EXPECT_FALSE(is_judgeable(listen(sine(0.9, 0.3), {})));
  EXPECT_FALSE(is_judgeable(listen(sine(5, 0, 0.5), {})));
}

}  // namespace
}  // namespace auscult::classify
