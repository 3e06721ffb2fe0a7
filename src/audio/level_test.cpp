#include "audio/level.hpp"

#include <gtest/gtest.h>

#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

TEST(MeasureLevel, OfASineIsThreeDecibelsBelowItsPeak) {
  const Level level = measure_level({sine(100, 8'000, 1, 0.1), 8'000});
  EXPECT_NEAR(level.peak_dbfs, -20, 0.01);
  EXPECT_NEAR(level.rms_dbfs, -23.01, 0.01);
  EXPECT_EQ(level.clipped_fraction, 0);
}

TEST(MeasureLevel, OfSilenceIsANumber) {
  EXPECT_EQ(measure_level({std::vector<float>(10), 8'000}).rms_dbfs, -120);
  EXPECT_EQ(measure_level({{}, 8'000}).peak_dbfs, -120);
}

TEST(MeasureLevel, CountsTheSamplesAtFullScale) {
  EXPECT_EQ(measure_level({{1.0F, -1.0F, 0.5F, 0.0F}, 8'000}).clipped_fraction, 0.5);
}

}  // namespace
}  // namespace auscult::audio
