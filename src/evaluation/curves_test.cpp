#include "evaluation/curves.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace auscult::evaluation {

static bool operator==(const CurvePoint& a, const CurvePoint& b) {
  return a.x == b.x && a.y == b.y;
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr CurvePoint at(double x, double y) { return {x, y}; }

// The area below a curve by trapezia.
double area(const std::vector<CurvePoint>& curve) {
  double sum = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    sum += (curve[i].x - curve[i - 1].x) * (curve[i].y + curve[i - 1].y) / 2;
  }
  return sum;
}

TEST(RocCurve, GoesUpForAHitAndRightForAFalseAlarm) {
  const std::vector<double> positive = {0.9, 0.4};
  const std::vector<double> negative = {0.6, 0.1};
  EXPECT_THAT(roc_curve(positive, negative),
              ElementsAre(at(0, 0), at(0, 0.5), at(0.5, 0.5), at(0.5, 1), at(1, 1)));
}

TEST(RocCurve, TakesTiesInOneStep) {
  const std::vector<double> positive = {0.5, 0.5};
  const std::vector<double> negative = {0.5, 0.2};
  EXPECT_THAT(roc_curve(positive, negative), ElementsAre(at(0, 0), at(0.5, 1), at(1, 1)));
}

TEST(RocCurve, HasTheAreaOfAuroc) {
  std::mt19937_64 random(5);
  std::uniform_int_distribution<int> any(0, 20);  // Few values, so that there are ties.
  std::vector<double> positive;
  std::vector<double> negative;
  for (int i = 0; i < 200; ++i) positive.push_back(any(random) + 4);
  for (int i = 0; i < 300; ++i) negative.push_back(any(random));
  EXPECT_NEAR(area(roc_curve(positive, negative)), *auroc(positive, negative), 1e-12);
}

TEST(RocCurve, NeedsBothKinds) {
  const std::vector<double> scores = {0.5};
  EXPECT_THAT(roc_curve(scores, {}), IsEmpty());
  EXPECT_THAT(roc_curve({}, scores), IsEmpty());
}

TEST(ChanceCalibrationError, IsThatOfOneToss) {
  // An answer of confidence .8 is off by .2 if it is right, by .8 if not: .32 on the whole.
  const std::vector<Answer> one = {{0.8, true}};
  const ChanceError chance = chance_calibration_error(one);
  EXPECT_NEAR(chance.mean, 0.8 * 0.2 + 0.2 * 0.8, 0.03);
  EXPECT_NEAR(chance.low, 0.2, 1e-9);
  EXPECT_NEAR(chance.high, 0.8, 1e-9);
}

TEST(ChanceCalibrationError, FallsWithTheRootOfTheNumberOfAnswers) {
  const std::vector<Answer> few(100, {0.7, true});
  const std::vector<Answer> many(10'000, {0.7, true});
  const double ratio = chance_calibration_error(few).mean / chance_calibration_error(many).mean;
  EXPECT_NEAR(ratio, 10, 1);
}

TEST(ChanceCalibrationError, DoesNotDependOnWhatWasRight) {
  const std::vector<Answer> right = {{0.6, true}, {0.9, true}};
  const std::vector<Answer> wrong = {{0.6, false}, {0.9, false}};
  EXPECT_EQ(chance_calibration_error(right).mean, chance_calibration_error(wrong).mean);
}

TEST(AnswersOf, GivesTheConfidenceOfTheDecidedClass) {
  const std::vector<Prediction> predictions = {{{0.6, 0.4}, 1}};
  const std::vector<double> prior = {0.9, 0.1};
  const std::vector<Answer> natural = answers_of(predictions, prior, 0);
  EXPECT_EQ(natural[0].confidence, 0.6);
  EXPECT_FALSE(natural[0].right);
  const std::vector<Answer> balanced = answers_of(predictions, prior, 1);
  EXPECT_EQ(balanced[0].confidence, 0.4);
  EXPECT_TRUE(balanced[0].right);
}

TEST(RiskCoverage, RefusesTheLeastConfidentFirst) {
  const std::vector<Answer> answers = {{0.6, false}, {0.9, true}, {0.8, false}, {0.7, true}};
  EXPECT_THAT(risk_coverage(answers),
              ElementsAre(at(0.25, 0), at(0.5, 0.5), at(0.75, 1.0 / 3), at(1, 0.5)));
  EXPECT_NEAR(area_under_risk_coverage(answers), (0 + 0.5 + 1.0 / 3 + 0.5) / 4, 1e-12);
}

TEST(RiskCoverage, DoesNotDependOnTheOrderOfEquallyConfidentAnswers) {
  const std::vector<Answer> wrong_first = {{0.9, false}, {0.9, true}};
  const std::vector<Answer> right_first = {{0.9, true}, {0.9, false}};
  EXPECT_THAT(risk_coverage(wrong_first), ElementsAre(at(0.5, 0.5), at(1, 0.5)));
  EXPECT_EQ(risk_coverage(wrong_first), risk_coverage(right_first));
}

TEST(CalibrationError, ComparesTheConfidenceWithTheShareThatIsRight) {
  // Bin [0.8, 0.867): mean confidence 0.83, half right. Bin [0.4, 0.467): 0.45, right.
  const std::vector<Answer> answers = {{0.81, true}, {0.85, false}, {0.45, true}};
  EXPECT_NEAR(calibration_error(answers), (2 * 0.33 + 0.55) / 3, 1e-12);
}

TEST(CalibrationError, IsTheExpectedOneForTheMostProbableClass) {
  const std::vector<Prediction> predictions = {{{0.7, 0.3}, 0}, {{0.1, 0.9}, 1}, {{0.45, 0.55}, 0}};
  const std::vector<double> prior = {0.5, 0.5};
  EXPECT_NEAR(calibration_error(answers_of(predictions, prior, 0)),
              expected_calibration_error(predictions), 1e-12);
}

TEST(Thinned, KeepsTheEndsAndAtMostSoManyPoints) {
  std::vector<CurvePoint> curve;
  for (int i = 0; i <= 1024; ++i) curve.push_back({i / 1024.0, i / 1024.0});
  const std::vector<CurvePoint> few = thinned(curve, 9);
  ASSERT_EQ(few.size(), 9U);
  EXPECT_EQ(few.front(), curve.front());
  EXPECT_EQ(few[4], curve[512]);
  EXPECT_EQ(few.back(), curve.back());
}

TEST(Thinned, SpendsItsPointsWhereTheCurveMoves) {
  // Straight up in 128 steps, then right in one.
  std::vector<CurvePoint> curve;
  for (int i = 0; i <= 128; ++i) curve.push_back({0, i / 128.0});
  curve.push_back({1, 1});
  const std::vector<CurvePoint> few = thinned(curve, 9);
  EXPECT_THAT(few, ElementsAre(at(0, 0), at(0, 0.25), at(0, 0.5), at(0, 0.75), at(0, 1), at(1, 1)));
}

TEST(Thinned, LeavesAShortCurveAlone) {
  const std::vector<CurvePoint> curve = {at(0, 0), at(1, 1)};
  EXPECT_EQ(thinned(curve, 100), curve);
}

}  // namespace
}  // namespace auscult::evaluation
