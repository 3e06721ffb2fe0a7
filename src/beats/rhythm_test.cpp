#include "beats/rhythm.hpp"

#include <gmock/gmock.h>

namespace auscult::beats {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Heartbeats heart_of(const std::vector<double>& cycles_s) {
  Heartbeats heartbeats;
  double time_s = 0.2;
  for (const double cycle_s : cycles_s) {
    heartbeats.cycles.push_back({.s1_start_s = time_s,
                                 .s1_end_s = time_s + 0.1,
                                 .s2_start_s = time_s + 0.3,
                                 .s2_end_s = time_s + 0.4,
                                 .end_s = time_s + cycle_s});
    time_s += cycle_s;
    heartbeats.cycles.back().end_s = time_s;
  }
  return heartbeats;
}

TEST(MeasureRhythm, TellsNothingWithoutCycles) { EXPECT_EQ(measure_rhythm({}), std::nullopt); }

TEST(MeasureRhythm, MeasuresARegularHeart) {
  const auto rhythm = measure_rhythm(heart_of({0.8, 0.8, 0.8, 0.8}));
  ASSERT_TRUE(rhythm);
  EXPECT_NEAR(rhythm->cycle_s, 0.8, 1e-9);
  EXPECT_NEAR(rhythm->systole_s, 0.3, 1e-9);
  EXPECT_NEAR(rhythm->diastole_s, 0.5, 1e-9);
  EXPECT_NEAR(rhythm->irregularity, 0, 1e-6);
  EXPECT_THAT(rhythm->premature_beats, IsEmpty());
  EXPECT_THAT(rhythm->pauses, IsEmpty());
}

TEST(MeasureRhythm, FindsAPrematureBeatAndItsCompensatoryPause) {
  const auto rhythm = measure_rhythm(heart_of({0.8, 0.8, 0.8, 0.48, 1.12, 0.8, 0.8}));
  ASSERT_TRUE(rhythm);
  ASSERT_EQ(rhythm->premature_beats.size(), 1U);
  EXPECT_NEAR(rhythm->premature_beats[0].time_s, 0.2 + 3 * 0.8 + 0.48, 1e-9);
  EXPECT_NEAR(rhythm->premature_beats[0].prematurity, 0.6, 1e-9);
  ASSERT_EQ(rhythm->pauses.size(), 1U);
  EXPECT_NEAR(rhythm->pauses[0].start_s, 0.2 + 3 * 0.8 + 0.48, 1e-9);
  EXPECT_NEAR(rhythm->pauses[0].end_s, 0.2 + 5 * 0.8, 1e-9);
}

TEST(MeasureRhythm, CallsAPauseThatCompensatesForLittleOnlyAfterAPrematureBeat) {
  EXPECT_EQ(measure_rhythm(heart_of({0.8, 0.8, 0.8, 0.62, 0.98, 0.8, 0.8}))->pauses.size(), 1U);
  EXPECT_THAT(measure_rhythm(heart_of({0.8, 0.8, 0.8, 0.8, 0.98, 0.8, 0.8}))->pauses, IsEmpty());
}

TEST(MeasureRhythm, FindsADroppedBeat) {
  const auto rhythm = measure_rhythm(heart_of({0.8, 0.8, 0.8, 1.6, 0.8, 0.8, 0.8}));
  EXPECT_THAT(rhythm->premature_beats, IsEmpty());
  EXPECT_EQ(rhythm->pauses.size(), 1U);
}

TEST(MeasureRhythm, DoesNotTakeBreathingForPrematureBeats) {
  const auto rhythm =
      measure_rhythm(heart_of({0.7, 0.76, 0.82, 0.88, 0.9, 0.86, 0.8, 0.74, 0.7, 0.72, 0.78}));
  EXPECT_THAT(rhythm->premature_beats, IsEmpty());
  EXPECT_THAT(rhythm->pauses, IsEmpty());
  EXPECT_GT(rhythm->irregularity, 0.05);
}

TEST(RelativeLengths, CompareWithTheNeighboursOnlyWhereThereAreEnough) {
  EXPECT_THAT(relative_lengths(heart_of({0.8, 0.4, 0.8}).cycles), ElementsAre(1, 1, 1));
  EXPECT_THAT(relative_lengths(heart_of({0.8, 0.4, 0.8, 0.8}).cycles),
              ElementsAre(DoubleNear(1, 1e-9), DoubleNear(0.5, 1e-9), DoubleNear(1, 1e-9),
                          DoubleNear(1, 1e-9)));
  EXPECT_THAT(relative_lengths({}), IsEmpty());
}

TEST(MedianOf, IsTheMiddleOrTheMeanOfBothMiddles) {
  EXPECT_EQ(median_of({}), 0);
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 3, 2}), 2.5);
}

}  // namespace
}  // namespace auscult::beats
