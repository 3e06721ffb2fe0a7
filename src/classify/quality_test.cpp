#include "classify/quality.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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
  const Quality quality = assess_quality(sine(5, 0.3));
  EXPECT_EQ(quality.verdict, Quality::Verdict::good);
  EXPECT_THAT(quality.reasons, IsEmpty());
}

TEST(AssessQuality, SaysHowShortAClipIs) {
  const Quality quality = assess_quality(sine(1.5, 0.3));
  EXPECT_EQ(quality.verdict, Quality::Verdict::poor);
  EXPECT_THAT(quality.reasons, ElementsAre(HasSubstr("too short: 1.5 s")));
}

TEST(AssessQuality, CallsAFewConverterStepsTooQuiet) {
  EXPECT_THAT(assess_quality(sine(5, 5.0 / 32768)).reasons, ElementsAre(HasSubstr("too quiet")));
}

TEST(AssessQuality, DoesNotTakeAnOffsetForALevel) {
  EXPECT_THAT(assess_quality(sine(5, 5.0 / 32768, 0.5)).reasons,
              ElementsAre(HasSubstr("too quiet")));
  EXPECT_THAT(assess_quality(sine(5, 0, 0.5)).reasons, ElementsAre(HasSubstr("silent")));
}

TEST(AssessQuality, ReportsClipping) {
  EXPECT_THAT(assess_quality(sine(5, 1.5)).reasons, ElementsAre(HasSubstr("clipped")));
}

TEST(IsJudgeable, NeedsASecondOfAMovingSignal) {
  EXPECT_TRUE(is_judgeable(sine(1.0, 0.3)));
  EXPECT_FALSE(is_judgeable(sine(0.9, 0.3)));
  EXPECT_FALSE(is_judgeable(sine(5, 0, 0.5)));
}

}  // namespace
}  // namespace auscult::classify
