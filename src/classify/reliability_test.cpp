#include "classify/reliability.hpp"

#include <gmock/gmock.h>

namespace auscult::classify {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Classification answer(double confidence, Quality::Verdict verdict) {
  Classification made;
  made.labels = {"Murmur", "Normal"};
  made.class_index = 1;
  made.confidence = confidence;
  made.quality.verdict = verdict;
  return made;
}

TEST(Reliability, HasNothingAgainstAGoodRecordingAndAClearAnswer) {
  EXPECT_THAT(find_unreliable_reasons(answer(50, Quality::Verdict::good)), IsEmpty());
}

TEST(Reliability, DoesNotTrustAPoorRecording) {
  EXPECT_THAT(find_unreliable_reasons(answer(99, Quality::Verdict::poor)),
              ElementsAre("the recording is poor"));
}

TEST(Reliability, SaysHowUndecidedAnAnswerIs) {
  EXPECT_THAT(find_unreliable_reasons(answer(49.9, Quality::Verdict::good)),
              ElementsAre("undecided: only 49 % speak for Normal"));
}

}  // namespace
}  // namespace auscult::classify
