#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "cases.hpp"
#include "model/model.hpp"

// golden.json was made by ONNX Runtime; README.md tells how, with versions and parameters.
namespace auscult::golden {
namespace {

using model::Model;
using model::Precision;

// f32 sums in another order; the values are of order 1 to 100.
constexpr double kTolerance = 1e-4;

const nlohmann::json& golden() {
  static const nlohmann::json values = nlohmann::json::parse(
      std::ifstream(AUSCULT_SOURCE_DIR "/tests/golden/golden.json"))["models"];
  return values;
}

void expect_near(std::span<const float> values, const nlohmann::json& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double wanted = expected[i].get<double>();
    EXPECT_NEAR(values[i], wanted, kTolerance * std::max(1.0, std::fabs(wanted))) << "value " << i;
  }
}

std::vector<double> probabilities(std::span<const float> scores) {
  std::vector<double> result;
  const float largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += result.emplace_back(std::exp(score - largest));
  for (double& probability : result) probability /= sum;
  return result;
}

class Golden : public ::testing::TestWithParam<Case> {};

TEST_P(Golden, ScoresAreThoseOfOnnxRuntime) {
  const Case& one = GetParam();
  const Result<Model> model = Model::decode(one.model.bytes(), Precision::f32);
  ASSERT_TRUE(model) << model.error().message;
  model::Workspace workspace = model->make_workspace();
  for (const Signal& clip : one.clips) {
    SCOPED_TRACE(clip.name);
    const nlohmann::json& expected = golden().at(one.name).at(clip.name);
    const Result<model::Scores> scores = model->run(clip.samples, workspace);
    ASSERT_TRUE(scores) << scores.error().message;
    expect_near(scores->clip, expected.at("scores"));
    if (expected.contains("window_scores")) {
      expect_near(scores->windows, expected.at("window_scores"));
    }
  }
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Operators, Golden, ::testing::ValuesIn(operator_cases()), case_name);
INSTANTIATE_TEST_SUITE_P(Networks, Golden, ::testing::ValuesIn(standin_cases()), case_name);

TEST(GoldenBf16, AgreesOnTheClassAndWithin2PercentInProbability) {
  for (const Case& one : standin_cases()) {
    const Result<Model> model = Model::decode(one.model.bytes(), Precision::bf16);
    if (!model) GTEST_SKIP() << model.error().message;
    model::Workspace workspace = model->make_workspace();
    for (const Signal& clip : one.clips) {
      SCOPED_TRACE(clip.name);
      const auto expected =
          golden().at(one.name).at(clip.name).at("scores").get<std::vector<float>>();
      const Result<model::Scores> scores = model->run(clip.samples, workspace);
      ASSERT_TRUE(scores) << scores.error().message;
      const std::vector<double> wanted = probabilities(expected);
      const std::vector<double> got = probabilities(scores->clip);
      EXPECT_EQ(std::max_element(got.begin(), got.end()) - got.begin(),
                std::max_element(wanted.begin(), wanted.end()) - wanted.begin());
      EXPECT_THAT(got, ::testing::Pointwise(::testing::DoubleNear(0.02), wanted));
    }
  }
}

}  // namespace
}  // namespace auscult::golden
