#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cases.hpp"
#include "classify/classifier.hpp"
#include "core/hash.hpp"
#include "model/forest.hpp"
#include "model/model.hpp"
#include "real_clips.hpp"

// golden.json was made by ONNX Runtime; README.md tells how, with versions and parameters.
namespace auscult::golden {
namespace {

using model::Model;
using model::Precision;

// f32 sums taken in another order.
constexpr double kTolerance = 1e-4;
constexpr double kBf16Tolerance = 0.02;

const nlohmann::json& golden_file() {
  static const nlohmann::json kValues =
      nlohmann::json::parse(std::ifstream(AUSCULT_SOURCE_DIR "/tests/golden/golden.json"));
  return kValues;
}

const nlohmann::json& golden(const std::string& name) {
  return golden_file().at("models").at(name);
}

void expect_near(std::span<const float> values, const nlohmann::json& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double wanted = expected[i].get<double>();
    EXPECT_NEAR(values[i], wanted, kTolerance * std::max(1.0, std::fabs(wanted))) << "value " << i;
  }
}

void expect_golden_scores(const Case& one) {
  const Result<Model> model = Model::decode(one.model, Precision::f32);
  ASSERT_TRUE(model) << model.error().message;
  model::Workspace workspace = model->make_workspace();
  for (const Signal& clip : one.clips) {
    SCOPED_TRACE(one.name + ", " + clip.name);
    const nlohmann::json& expected = golden(one.name).at("clips").at(clip.name);
    const Result<model::Scores> scores = model->run(clip.samples, workspace);
    ASSERT_TRUE(scores) << scores.error().message;
    expect_near(scores->clip, expected.at("scores"));
    if (expected.contains("window_scores")) {
      expect_near(scores->windows, expected.at("window_scores"));
    }
  }
}

std::vector<double> probabilities(std::span<const float> scores) {
  std::vector<double> result;
  const float largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) {
    sum += result.emplace_back(std::exp(static_cast<double>(score - largest)));
  }
  for (double& probability : result) probability /= sum;
  return result;
}

auto largest_of(const std::vector<double>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

class Golden : public ::testing::TestWithParam<Case> {};

TEST_P(Golden, ScoresAreThoseOfOnnxRuntime) { expect_golden_scores(GetParam()); }

std::string case_name(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Operators, Golden, ::testing::ValuesIn(operator_cases()), case_name);
INSTANTIATE_TEST_SUITE_P(Networks, Golden, ::testing::ValuesIn(standin_cases()), case_name);

TEST(GoldenNetworks, AgreeInBf16OnClassAndProbability) {
  for (const Case& one : standin_cases()) {
    const Result<Model> model = Model::decode(one.model, Precision::bf16);
    if (!model) GTEST_SKIP() << model.error().message;
    model::Workspace workspace = model->make_workspace();
    for (const Signal& clip : one.clips) {
      SCOPED_TRACE(clip.name);
      const nlohmann::json& expected = golden(one.name).at("clips").at(clip.name).at("scores");
      const Result<model::Scores> scores = model->run(clip.samples, workspace);
      ASSERT_TRUE(scores) << scores.error().message;
      const std::vector<double> wanted = probabilities(expected.get<std::vector<float>>());
      const std::vector<double> got = probabilities(scores->clip);
      EXPECT_EQ(largest_of(got), largest_of(wanted));
      EXPECT_THAT(got, ::testing::Pointwise(::testing::DoubleNear(kBf16Tolerance), wanted));
    }
  }
}

TEST(GoldenShipped, IsOfTheModelsThatAreShipped) {
  const std::vector<Case> cases = shipped_cases();
  ASSERT_FALSE(cases.empty());
  for (const Case& one : cases) {
    const Result<Model> model = Model::decode(one.model, Precision::f32);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(golden(one.name).at("sha256"), model->info().sha256)
        << "make golden.json again, as tests/golden/README.md says";
    EXPECT_GE(one.clips.size(), 20U);
  }
}

TEST(GoldenShipped, ScoresOfSyntheticClipsAreThoseOfOnnxRuntime) {
  for (const Case& one : shipped_cases()) expect_golden_scores(one);
}

TEST(GoldenShipped, ScoresOfRecordingsAreThoseOfOnnxRuntime) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "AUSCULT_DATA names no folder with the recordings";
  for (const Case& one : real_cases(*data)) expect_golden_scores(one);
}

TEST(GoldenShipped, ForestsScoreAsInOnnxRuntime) {
  for (const ForestFile& file : shipped_forests()) {
    SCOPED_TRACE(file.name);
    const nlohmann::json& expected = golden_file().at("forests").at(file.name);
    EXPECT_EQ(expected.at("sha256"), sha256_hex(file.bytes))
        << "make golden.json again, as tests/golden/README.md says";
    const Result<model::Forest> forest = model::Forest::decode(file.bytes);
    ASSERT_TRUE(forest) << forest.error().message;
    ASSERT_GE(expected.at("rows").size(), 20U);
    for (const nlohmann::json& row : expected.at("rows")) {
      const std::vector<double> scores =
          forest->score(row.at("features").get<std::vector<float>>());
      expect_near(std::vector<float>(scores.begin(), scores.end()), row.at("shares"));
    }
  }
}

TEST(GoldenShipped, Bf16GivesTheSameAnswersOnRecordings) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "AUSCULT_DATA names no folder with the recordings";
  for (const Case& one : shipped_cases()) {
    const std::string folder = AUSCULT_SOURCE_DIR "/models/" + one.name;
    const auto load = [&](Precision precision) {
      return classify::Classifier::load(folder, {.precision = precision});
    };
    const auto f32 = load(Precision::f32);
    const auto bf16 = load(Precision::bf16);
    ASSERT_TRUE(f32) << f32.error().message;
    if (!bf16) GTEST_SKIP() << bf16.error().message;
    classify::Workspace exact = f32->make_workspace();
    classify::Workspace rounded = bf16->make_workspace();
    const int rate = f32->model().sample_rate_hz;
    std::size_t same_class = 0;
    double largest_difference = 0;
    const std::vector<Signal> clips = real_clips(*data, rate, 30, 2);
    ASSERT_GE(clips.size(), 200U);
    for (const Signal& clip : clips) {
      const audio::AudioClip audio{clip.samples, rate};
      const Result<Classification> a = f32->classify(audio, exact);
      const Result<Classification> b = bf16->classify(audio, rounded);
      ASSERT_TRUE(a) << clip.name << ": " << a.error().message;
      ASSERT_TRUE(b) << clip.name << ": " << b.error().message;
      if (a->class_index == b->class_index) ++same_class;
      for (std::size_t i = 0; i < a->probabilities.size(); ++i) {
        largest_difference =
            std::max(largest_difference, std::fabs(a->probabilities[i] - b->probabilities[i]));
      }
    }
    RecordProperty("same_class", static_cast<int>(same_class));
    RecordProperty("clips", static_cast<int>(clips.size()));
    EXPECT_GE(static_cast<double>(same_class), 0.99 * static_cast<double>(clips.size()));
    EXPECT_LE(largest_difference, kBf16Tolerance);
  }
}

}  // namespace
}  // namespace auscult::golden
