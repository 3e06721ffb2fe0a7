#include "classify/calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace auscult::classify {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Calibration, WithoutTextIsThePlainSoftmax) {
  const auto calibration = Calibration::parse("", 2);
  ASSERT_TRUE(calibration);
  const std::vector<double> scores{std::log(3.0), 0.0};
  EXPECT_THAT(calibration->probabilities(scores),
              ElementsAre(DoubleNear(0.75, 1e-12), DoubleNear(0.25, 1e-12)));
}

TEST(Calibration, AddsMoreScoresThanLabelsByItsMatrix) {
  // Two labels from three scores: the third speaks for the first label alone.
  const auto calibration = Calibration::parse(
      R"({"matrix": [[1, 0, 2], [0, 1, 0]], "bias": [0, 0.5], "prior": [1, 1]})", 2);
  ASSERT_TRUE(calibration);
  EXPECT_EQ(calibration->score_count(), 3U);
  const std::vector<double> scores{0.1, 0.2, 0.3};
  const double odds = std::exp(0.1 + 2 * 0.3 - (0.2 + 0.5));
  EXPECT_NEAR(calibration->probabilities(scores)[0], odds / (1 + odds), 1e-12);
}

TEST(Calibration, StaysFiniteForHugeScores) {
  const auto calibration = Calibration::parse("", 2);
  EXPECT_THAT(calibration->probabilities(std::vector<double>{1e5, -1e5}), ElementsAre(1.0, 0.0));
}

TEST(Calibration, ChoosesByProbabilityOverPriorToTheWeight) {
  const auto calibration =
      Calibration::parse(R"({"matrix": [[1, 0], [0, 1]], "bias": [0, 0], "prior": [8, 2]})", 2);
  ASSERT_TRUE(calibration);
  const std::vector<double> probabilities{0.7, 0.3};
  EXPECT_EQ(calibration->choose(probabilities, 0.0), 0);
  EXPECT_EQ(calibration->choose(probabilities, 0.5), 0);  // .7/.894 > .3/.447
  EXPECT_EQ(calibration->choose(probabilities, 1.0), 1);  // .7/.8 < .3/.2
}

TEST(Calibration, RefusesWhatDoesNotFitTheLabels) {
  struct Case {
    const char* text;
    const char* complaint;
  };
  const std::vector<Case> cases = {
      {"[1, 2]", "no JSON object"},
      {R"({"matrix": [[1, 0], [0, 1]], "bias": [0, 0]})", "no JSON object"},
      {R"({"matrix": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0], "prior": [1, 1]})", "3 matrix rows"},
      {R"({"matrix": [[1, 0], [0]], "bias": [0, 0], "prior": [1, 1]})", "all of one length"},
      {R"({"matrix": [[1, "x"], [0, 1]], "bias": [0, 0], "prior": [1, 1]})", "rows of numbers"},
      {R"({"matrix": [], "bias": [0, 0], "prior": [1, 1]})", "0 matrix rows"},
      {R"({"matrix": [[1, 0], [0, 1]], "bias": [0], "prior": [1, 1]})", "one bias"},
      {R"({"matrix": [[1, 0], [0, 1]], "bias": [0, 0], "prior": [1, 0]})", "positive prior"},
  };
  for (const auto& [text, complaint] : cases) {
    const auto calibration = Calibration::parse(text, 2);
    ASSERT_FALSE(calibration) << text;
    EXPECT_EQ(calibration.error().code, ErrorCode::unsupported_model);
    EXPECT_THAT(calibration.error().message, HasSubstr(complaint));
  }
}

TEST(Calibration, WithKnownScoresTakesOnlyTheOthers) {
  const auto whole = Calibration::parse(
      R"({"matrix": [[1, 0.5, 2], [0, -1, 1]], "bias": [0.25, 0], "prior": [0.5, 0.5]})", 2);
  ASSERT_TRUE(whole);
  const Calibration given = whole->given(std::vector<double>{0.3, -0.7});
  ASSERT_EQ(given.score_count(), 1U);
  EXPECT_THAT(given.probabilities(std::vector<double>{1.5}),
              testing::Pointwise(DoubleNear(1e-12),
                                 whole->probabilities(std::vector<double>{1.5, 0.3, -0.7})));
}

TEST(Calibration, FollowsThePriorByBayesRule) {
  const auto trained =
      Calibration::parse(R"({"matrix": [[1, 0], [0, 1]], "bias": [0, 0], "prior": [0.8, 0.2]})", 2);
  ASSERT_TRUE(trained);
  // Odds of 3 to 1 where the classes occur 4 to 1 are odds of 3/4 where they are as frequent.
  const std::vector<double> scores = {std::log(3.0), 0};
  EXPECT_NEAR(trained->probabilities(scores)[0], 0.75, 1e-12);
  const Calibration equal = trained->at_prior(std::vector<double>{2, 2});
  EXPECT_NEAR(equal.probabilities(scores)[0], 3.0 / 7.0, 1e-12);
  EXPECT_THAT(equal.prior(), ElementsAre(0.5, 0.5));
}

}  // namespace
}  // namespace auscult::classify
