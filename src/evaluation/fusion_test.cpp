#include "evaluation/fusion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "evaluation/metrics.hpp"

namespace auscult::evaluation {
namespace {

struct Sample {
  std::vector<std::vector<double>> scores;
  std::vector<int> truths;
};

// Truths drawn from softmax(factor * scores + bias) with a further score for class 1, against 2.
Sample sample_from(double factor, double further, const std::vector<double>& bias, int count) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  Sample sample;
  for (int item = 0; item < count; ++item) {
    std::vector<double> scores;
    for (int k = 0; k < 4; ++k) scores.push_back(2 * normal(random));
    std::vector<double> weights;
    for (std::size_t k = 0; k < 3; ++k) {
      const double sign = k == 1 ? 1 : k == 2 ? -1 : 0;
      weights.push_back(std::exp(factor * scores[k] + sign * further * scores[3] + bias[k]));
    }
    std::discrete_distribution<int> truth(weights.begin(), weights.end());
    sample.truths.push_back(truth(random));
    sample.scores.push_back(std::move(scores));
  }
  return sample;
}

FusionShape three_classes() {
  return {.classes = 3, .for_class = 1, .against_classes = {2}, .score_of = {}, .opinion_of = {}};
}

TEST(FitFusion, FindsTheParametersThatMadeTheTruths) {
  const Sample sample = sample_from(0.6, 0.4, {0, 1, -0.5}, 20'000);
  const Fusion fusion = fit_fusion(sample.scores, sample.truths, three_classes());
  EXPECT_NEAR(fusion.matrix[0][0], 0.6, 0.03);
  EXPECT_EQ(fusion.matrix[0][0], fusion.matrix[2][2]);
  EXPECT_NEAR(fusion.matrix[1][3], 0.4, 0.04);
  EXPECT_NEAR(fusion.matrix[2][3], -0.4, 0.04);
  EXPECT_NEAR(fusion.bias[1] - fusion.bias[0], 1, 0.1);
  EXPECT_NEAR(fusion.bias[2] - fusion.bias[0], -0.5, 0.1);
}

TEST(FitFusion, LeavesAFixedWeightWhereItIs) {
  const Sample sample = sample_from(0.6, 0.4, {0, 1, -0.5}, 2'000);
  FusionShape shape = three_classes();
  shape.further_weight = 0.1;
  const Fusion fusion = fit_fusion(sample.scores, sample.truths, shape);
  EXPECT_NEAR(fusion.matrix[1][3], 0.1, 1e-6);
  EXPECT_NEAR(fusion.matrix[2][3], -0.1, 1e-6);
  EXPECT_NEAR(fusion.matrix[0][0], 0.6, 0.1);
}

TEST(FitFusion, LeavesEachClassItsFrequency) {
  // A free bias makes the mean probability of each class equal its share, but for the penalty.
  const Sample sample = sample_from(1, 0, {0, 1, -1}, 500);
  const Fusion fusion = fit_fusion(sample.scores, sample.truths, three_classes());
  for (std::size_t k = 0; k < 3; ++k) {
    double mean = 0;
    for (const std::vector<double>& scores : sample.scores) {
      mean += fusion.probabilities(scores)[k] / 500;
    }
    EXPECT_NEAR(mean, fusion.prior[k], 1e-3);
  }
}

TEST(FitFusion, StaysFiniteWhenTheScoresTellEverything) {
  const std::vector<std::vector<double>> scores = {
      {50, 0, 0, -9}, {0, 50, 0, 9}, {0, 0, 50, -9}, {50, 0, 0, -9}};
  const std::vector<int> truths = {0, 1, 2, 0};
  const Fusion fusion = fit_fusion(scores, truths, three_classes());
  for (const double p : fusion.probabilities(scores[0])) EXPECT_TRUE(std::isfinite(p));
  EXPECT_GT(fusion.probabilities(scores[1])[1], 0.5);
}

TEST(FitFusion, WeighsASecondOpinionAndLetsClassesShareAScore) {
  // Only the opinion tells class 0 from class 2, for which one score speaks; it has no say in 1.
  constexpr double kFactor = 0.8;
  constexpr double kOpinion = 1.5;
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  Sample sample;
  for (int item = 0; item < 20'000; ++item) {
    std::vector<double> scores(6);
    for (double& score : scores) score = normal(random);
    const std::array weights = {
        std::exp(kFactor * scores[2] + kOpinion * scores[4]),
        std::exp(kFactor * scores[1] + kOpinion * scores[5]),
        std::exp(kFactor * scores[2] + kOpinion * scores[5]),
    };
    std::discrete_distribution<int> truth(weights.begin(), weights.end());
    sample.truths.push_back(truth(random));
    sample.scores.push_back(std::move(scores));
  }
  FusionShape shape = three_classes();
  shape.score_of = {2, 1, 2};
  shape.opinion_of = {0, 1, 1};
  const Fusion fusion = fit_fusion(sample.scores, sample.truths, shape);
  ASSERT_EQ(fusion.matrix[0].size(), 6U);
  EXPECT_EQ(fusion.matrix[0][0], 0);
  EXPECT_NEAR(fusion.matrix[0][2], kFactor, 0.05);
  EXPECT_NEAR(fusion.matrix[0][4], kOpinion, 0.06);
  EXPECT_NEAR(fusion.matrix[1][5], kOpinion, 0.06);
  EXPECT_NEAR(fusion.matrix[1][3], 0, 0.05);
}

TEST(Fusion, WritesTheModelsMetadata) {
  const Fusion fusion{
      .matrix = {{1, 0, 0.5}, {0, 1, -0.5}}, .bias = {0.25, 0}, .prior = {0.5, 0.5}};
  const auto json = nlohmann::json::parse(fusion.to_json());
  EXPECT_EQ(json["matrix"][1][2], -0.5);
  EXPECT_EQ(json["bias"][0], 0.25);
  EXPECT_EQ(json["prior"].size(), 2U);
}

}  // namespace
}  // namespace auscult::evaluation
