#include "beats_metrics.hpp"

#include <gmock/gmock.h>

namespace auscult::train {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::IsEmpty;

/// `count` cycles of 0.8 s from `start_s` on, and nothing known before and after.
std::vector<AnnotatedState> annotated_from(double start_s, int count) {
  std::vector<AnnotatedState> states = {{0, start_s, kNotAnnotated}};
  for (int i = 0; i < count; ++i) {
    const double t = start_s + 0.8 * i;
    states.push_back({t, t + 0.1, 0});
    states.push_back({t + 0.1, t + 0.3, 1});
    states.push_back({t + 0.3, t + 0.4, 2});
    states.push_back({t + 0.4, t + 0.8, 3});
  }
  states.push_back({states.back().end_s, states.back().end_s + 5, kNotAnnotated});
  return states;
}

/// What a detector that is `late_s` late would find of them.
beats::Heartbeats found(const std::vector<AnnotatedState>& states, double late_s) {
  beats::Heartbeats heartbeats;
  for (const AnnotatedState& entry : states) {
    if (entry.state != 0 && entry.state != 2) continue;
    heartbeats.sounds.push_back({entry.start_s + late_s, entry.end_s + late_s,
                                 entry.state == 0 ? HeartSound::Kind::s1 : HeartSound::Kind::s2});
  }
  return heartbeats;
}

TEST(CompareBeats, ASoundWithinTheToleranceIsFound) {
  const auto annotation = annotated_from(1, 5);
  const BeatComparison comparison = compare_beats(found(annotation, 0.05), annotation);
  EXPECT_EQ(comparison.s1.f1(), 1);
  EXPECT_EQ(comparison.s2.found, 5);
  EXPECT_THAT(comparison.onset_errors_s, Each(DoubleNear(0.05, 1e-9)));
}

TEST(CompareBeats, ASoundBeyondTheToleranceIsMissedAndImagined) {
  const auto annotation = annotated_from(1, 5);
  const BeatComparison comparison = compare_beats(found(annotation, 0.07), annotation);
  EXPECT_EQ(comparison.s2.found, 0);
  EXPECT_EQ(comparison.s2.missed, 5);
  EXPECT_EQ(comparison.s2.imagined, 5);
}

TEST(CompareBeats, AnS2IsNoS1) {
  const auto annotation = annotated_from(1, 5);
  beats::Heartbeats exchanged = found(annotation, 0);
  for (HeartSound& sound : exchanged.sounds) {
    sound.kind = sound.kind == HeartSound::Kind::s1 ? HeartSound::Kind::s2 : HeartSound::Kind::s1;
  }
  EXPECT_EQ(compare_beats(exchanged, annotation).s2.found, 0);
}

TEST(CompareBeats, TwoSoundsAreNotBothTheOneAnnotated) {
  const auto annotation = annotated_from(1, 5);
  beats::Heartbeats doubled = found(annotation, 0);
  const beats::Heartbeats late = found(annotation, 0.04);
  doubled.sounds.insert(doubled.sounds.end(), late.sounds.begin(), late.sounds.end());
  EXPECT_EQ(compare_beats(doubled, annotation).s2.found, 5);
  EXPECT_EQ(compare_beats(doubled, annotation).s2.imagined, 5);
}

TEST(CompareBeats, WhatLiesOutsideTheAnnotationCountsForNothing) {
  beats::Heartbeats everywhere = found(annotated_from(1, 20), 0);
  const BeatComparison comparison = compare_beats(everywhere, annotated_from(1, 5));
  EXPECT_EQ(comparison.s1.imagined + comparison.s2.imagined, 0);
}

TEST(CompareBeats, NothingToldIsEverythingMissed) {
  const BeatComparison comparison = compare_beats({}, annotated_from(1, 5));
  EXPECT_EQ(comparison.s2.missed, 5);
  EXPECT_EQ(comparison.s2.f1(), 0);
  EXPECT_FALSE(comparison.detected_rate_bpm);
  EXPECT_THAT(comparison.onset_errors_s, IsEmpty());
}

TEST(CompareBeats, TheRateIsThatOfTheMeanCycle) {
  const auto annotation = annotated_from(1, 5);
  const BeatComparison comparison = compare_beats(found(annotation, 0.01), annotation);
  EXPECT_NEAR(comparison.annotated_rate_bpm.value_or(0), 75, 1e-6);
  EXPECT_NEAR(comparison.detected_rate_bpm.value_or(0), 75, 1e-6);
}

TEST(CompareBeats, OneCycleIsNoRate) {
  EXPECT_FALSE(compare_beats({}, annotated_from(1, 2)).annotated_rate_bpm);
}

}  // namespace
}  // namespace auscult::train
