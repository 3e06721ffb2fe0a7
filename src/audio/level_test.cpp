#include "audio/level.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "audio/sound_test.hpp"
#include "audio/wav.hpp"

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

TEST(MeasureLevel, CountsWhatAListeningCopyRoundsToTheLimits) {
  for (const float step : {-32'767.6F, -32'767.5F, -32'767.4F, 32'766.4F, 32'766.5F, 32'766.6F}) {
    const AudioClip clip{{step / 32'768}, 8'000};
    EXPECT_EQ(measure_level(clip).clipped_fraction, clipped_fraction(clip, 1)) << step;
  }
}

TEST(LevelMeter, GivesTheSameHoweverTheSoundIsCut) {
  const std::vector<float> sound = sine(440, 8'000, 0.2);
  LevelMeter whole;
  whole.take(sound);
  LevelMeter pieces;
  std::span<const float> left = sound;
  for (std::size_t size = 0; !left.empty(); size = size % 29 + 1) {
    const auto piece = left.first(std::min(size, left.size()));
    pieces.take(piece);
    left = left.subspan(piece.size());
  }
  EXPECT_EQ(pieces.rms(), whole.rms());
  EXPECT_EQ(pieces.mean(), whole.mean());
  EXPECT_EQ(pieces.range(), whole.range());
  EXPECT_EQ(pieces.level().rms_dbfs, whole.level().rms_dbfs);
}

}  // namespace
}  // namespace auscult::audio
