#include "classify/self_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace auscult::classify {
namespace {

using testing::HasSubstr;

Classification good_answer() {
  Classification answer;
  answer.labels = {"a", "b"};
  answer.probabilities = {0.25, 0.75};
  answer.class_index = 1;
  answer.windows = {{.start_s = 0, .end_s = 1, .probabilities = {0.5, 0.5}}};
  return answer;
}

template <typename Spoil>
std::string complaint(const Spoil& spoil) {
  Classification answer = good_answer();
  spoil(answer);
  const Status status = check_answer(answer, "the clip");
  return status ? "" : status.error().message;
}

TEST(CheckAnswer, HasNothingAgainstAGoodOne) {
  EXPECT_EQ(complaint([](Classification&) {}), "");
}

TEST(CheckAnswer, WantsDistinctLabels) {
  EXPECT_THAT(complaint([](Classification& a) { a.labels = {}; }), HasSubstr("label"));
  EXPECT_THAT(complaint([](Classification& a) { a.labels = {"a", "a"}; }), HasSubstr("label"));
  EXPECT_THAT(complaint([](Classification& a) { a.labels = {"a", ""}; }), HasSubstr("label"));
}

TEST(CheckAnswer, WantsAClassThatThereIs) {
  EXPECT_THAT(complaint([](Classification& a) { a.class_index = 2; }), HasSubstr("number 2"));
  EXPECT_THAT(complaint([](Classification& a) { a.class_index = -1; }), HasSubstr("number -1"));
}

TEST(CheckAnswer, WantsProbabilitiesInTheClipAndInEveryWindow) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(complaint([&](Classification& a) { a.probabilities[0] = nan; }), HasSubstr("nan"));
  EXPECT_THAT(complaint([](Classification& a) { a.probabilities[0] = 0.5; }), HasSubstr("1.25"));
  EXPECT_THAT(complaint([](Classification& a) { a.probabilities = {1}; }), HasSubstr("2 labels"));
  EXPECT_THAT(complaint([&](Classification& a) { a.windows[0].probabilities[1] = nan; }),
              HasSubstr("the clip at 0.0"));
}

}  // namespace
}  // namespace auscult::classify
