#include "service/arrival.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::service {
namespace {

audio::SourceFormat pcm(int rate_hz, const char* format = "s16", int channels = 1) {
  return {.container = "pcm",
          .sample_format = format,
          .sample_rate_hz = rate_hz,
          .channels = channels,
          .dropped_bytes = 0};
}

TEST(SuspectPace, NamesTheRateAtWhichSamplesCame) {
  const auto suspect = suspect_pace(88'100, pcm(16'000));
  ASSERT_TRUE(suspect);
  EXPECT_EQ(suspect->likely_rate_hz, 44'100);
  EXPECT_THAT(to_text(*suspect), ::testing::HasSubstr("44100 Hz instead of 16000 Hz"));
  EXPECT_EQ(suspect_pace(64'100, pcm(16'000, "s32", 2))->likely_rate_hz, 8'000);
}

TEST(SuspectPace, BelievesTheDeclaredRateWithinTheClocksError) {
  for (const double pace : {31'000.0, 32'000.0, 33'000.0}) {
    EXPECT_FALSE(suspect_pace(pace, pcm(16'000))) << pace;
  }
}

TEST(SuspectPace, SaysNothingOfAPaceThatNoMicrophoneHas) {
  EXPECT_FALSE(suspect_pace(25'000, pcm(16'000)));
  EXPECT_FALSE(suspect_pace(1e7, pcm(16'000)));
}

TEST(SuspectPace, SaysNothingOfCodecs) {
  EXPECT_FALSE(suspect_pace(88'200, pcm(16'000, "vorbis")));
  auto flac = pcm(16'000);
  flac.container = "flac";
  EXPECT_FALSE(suspect_pace(88'200, flac));
}

TEST(AddSuspicion, MakesTheRecordingPoorAndTheAnswerUnreliable) {
  Classification result;
  result.labels = {"Normal"};
  result.probabilities = {1};
  result.confidence = 100;
  add_suspicion({8'000, 16'000, "x"}, result);
  EXPECT_EQ(result.quality.verdict, Quality::Verdict::poor);
  EXPECT_THAT(result.quality.reasons,
              ::testing::ElementsAre("rate suspect: x at 8000 Hz instead of 16000 Hz"));
  EXPECT_FALSE(result.reliable());
}

}  // namespace
}  // namespace auscult::service
