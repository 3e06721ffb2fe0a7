#include "evaluation/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace auscult::evaluation {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::Optional;

TEST(Auroc, IsTheShareOfPairsInTheRightOrder) {
  // Of the six pairs, 0.8 wins three and 0.4 wins one.
  const std::vector<double> positive = {0.8, 0.4};
  const std::vector<double> negative = {0.1, 0.5, 0.6};
  EXPECT_THAT(auroc(positive, negative), Optional(DoubleNear(4.0 / 6, 1e-12)));
}

TEST(Auroc, CountsATieAsHalf) {
  const std::vector<double> positive = {0.5};
  const std::vector<double> negative = {0.5, 0.2};
  EXPECT_THAT(auroc(positive, negative), Optional(DoubleEq(0.75)));
}

TEST(Auroc, NeedsBothKinds) {
  const std::vector<double> scores = {0.5};
  EXPECT_EQ(auroc(scores, {}), std::nullopt);
  EXPECT_EQ(auroc({}, scores), std::nullopt);
}

// Truth 0: decided 0, 0, 1. Truth 1: decided 1. Truth 2 does not occur, but is decided once for 1.
Confusion small_confusion() {
  Confusion confusion(3);
  confusion.add(0, 0);
  confusion.add(0, 0);
  confusion.add(0, 1);
  confusion.add(1, 1);
  confusion.add(1, 2);
  return confusion;
}

TEST(Confusion, CountsRightDecisions) { EXPECT_DOUBLE_EQ(small_confusion().accuracy(), 0.6); }

TEST(Confusion, TellsRecallPrecisionAndF1OfAClass) {
  EXPECT_THAT(small_confusion().recall(0), Optional(DoubleNear(2.0 / 3, 1e-12)));
  EXPECT_THAT(small_confusion().precision(0), Optional(DoubleEq(1)));
  EXPECT_THAT(small_confusion().f1(0), Optional(DoubleNear(0.8, 1e-12)));
  EXPECT_THAT(small_confusion().precision(1), Optional(DoubleEq(0.5)));
}

TEST(Confusion, LeavesOutClassesThatDoNotOccur) {
  EXPECT_EQ(small_confusion().recall(2), std::nullopt);
  EXPECT_NEAR(small_confusion().mean_recall(), (2.0 / 3 + 0.5) / 2, 1e-12);
  EXPECT_NEAR(small_confusion().mean_f1(), (0.8 + 0.5) / 2, 1e-12);
}

TEST(Decide, WeighsTheProbabilitiesByThePrior) {
  const std::vector<double> probabilities = {0.6, 0.4};
  const std::vector<double> prior = {0.9, 0.1};
  EXPECT_EQ(decide(probabilities, prior, 0), 0);
  EXPECT_EQ(decide(probabilities, prior, 0.5), 1);  // 0.6 / 0.949 against 0.4 / 0.316.
  EXPECT_EQ(decide(probabilities, prior, 1), 1);
}

TEST(LogLoss, IsTheMeanOfTheTruthsSurprise) {
  const std::vector<Prediction> predictions = {{{0.5, 0.5}, 0}, {{0.75, 0.25}, 1}};
  EXPECT_NEAR(log_loss(predictions), (std::log(2) + std::log(4)) / 2, 1e-12);
}

TEST(LogLoss, StaysFiniteForAnImpossibleTruth) {
  const std::vector<Prediction> predictions = {{{1, 0}, 1}};
  EXPECT_NEAR(log_loss(predictions), -std::log(1e-12), 1e-9);
}

TEST(BrierScore, IsTheMeanSquaredDistance) {
  const std::vector<Prediction> predictions = {{{0.7, 0.3}, 0}, {{0, 1}, 0}};
  EXPECT_NEAR(brier_score(predictions), (0.18 + 2) / 2, 1e-12);
}

TEST(ExpectedCalibrationError, ComparesConfidenceWithAccuracyInEachBin) {
  // Bin [0.8, 0.867): mean confidence 0.83, accuracy 0.5. Bin [0.933, 1]: 1 and 1.
  const std::vector<Prediction> predictions = {
      {{0.81, 0.19}, 0}, {{0.85, 0.15}, 1}, {{1, 0}, 0}, {{0, 1}, 1}};
  EXPECT_NEAR(expected_calibration_error(predictions), 0.5 * 0.33, 1e-12);
}

TEST(Reliability, PutsFullConfidenceIntoTheLastBin) {
  const std::vector<Prediction> predictions = {{{1, 0}, 0}};
  const std::vector<ReliabilityBin> bins = reliability(predictions);
  ASSERT_EQ(bins.size(), kReliabilityBins);
  EXPECT_EQ(bins.back().count, 1U);
}

TEST(AccuracyAtCoverage, KeepsTheSurest) {
  const std::vector<Prediction> predictions = {
      {{0.6, 0.4}, 1}, {{0.9, 0.1}, 0}, {{0.8, 0.2}, 0}, {{0.3, 0.7}, 0}};
  EXPECT_DOUBLE_EQ(accuracy_at_coverage(predictions, 0.5), 1);
  EXPECT_DOUBLE_EQ(accuracy_at_coverage(predictions, 1), 0.5);
}

}  // namespace
}  // namespace auscult::evaluation
