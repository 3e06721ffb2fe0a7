#include "onnx_export.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "core/temporary_folder.hpp"
#include "front_end.hpp"
#include "learning.hpp"
#include "model/model.hpp"
#include "synthetic_dataset.hpp"

namespace auscult::train {
namespace {

// Single precision in another order of additions, through a logarithm.
constexpr double kTolerance = 2e-3;

class OnnxExport : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const TemporaryFolder folder;
    const Dataset dataset = synthetic_dataset();
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      const Lesson lesson{.held_out = -1,
                          .seed = seed,
                          .steps = 2,
                          .checkpoint = (folder.path() / std::to_string(seed)).string()};
      const Result<Weights> weights = learn(dataset, lesson, [](int, double) {});
      ASSERT_TRUE(weights);
      ensemble_.push_back(*weights);
    }
    const std::string file = (folder.path() / "model.onnx").string();
    ASSERT_TRUE(export_onnx(ensemble_,
                            {{"auscult.name", "test"},
                             {"auscult.labels", R"(["a", "b", "c", "d", "e"])"},
                             {"auscult.sample_rate_hz", "2000"},
                             {"auscult.lengths", "[10000, 15000, 20000, 40000, 60000]"},
                             {"auscult.window_s", "5"},
                             {"auscult.hop_s", "2.5"}},
                            file));
    Result<model::Model> model = model::Model::load(file, model::Precision::f32);
    ASSERT_TRUE(model) << model.error().message;
    model_ = std::make_unique<model::Model>(*std::move(model));
  }
  static void TearDownTestSuite() { model_.reset(); }

  // Beats with noise, whose spectrum is rich enough to excite every band.
  static std::vector<float> heart(std::size_t length) {
    std::mt19937_64 random(5);
    std::normal_distribution<float> normal;
    std::vector<float> samples(length);
    for (std::size_t i = 0; i < length; ++i) {
      const auto beat = static_cast<float>(i % 1'700);
      samples[i] = 0.3F * std::exp(-beat / 120) * std::sin(0.25F * beat) + 0.01F * normal(random);
    }
    return samples;
  }

  static std::vector<double> mean_of_networks(const std::vector<float>& clip) {
    std::vector<double> mean(kScores);
    for (const Weights& weights : ensemble_) {
      const std::vector<double> scores = score(weights, {&clip}).front();
      for (std::size_t k = 0; k < kScores; ++k) mean[k] += scores[k] / 2;
    }
    return mean;
  }

  // Made once for all tests.
  // NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables,readability-identifier-naming)
  static inline std::vector<Weights> ensemble_;
  static inline std::unique_ptr<model::Model> model_;
  // NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables,readability-identifier-naming)
};

// The trainer pads to a whole frame, the service to the next of its lengths: equal scores also show
// that padding does not matter.
TEST_F(OnnxExport, ScoresAClipAsTheTrainerDoesWhateverThePadding) {
  model::Workspace workspace = model_->make_workspace();
  for (const std::size_t length : {1'530UL, 7'800UL, 10'000UL, 15'100UL, 41'000UL, 60'000UL}) {
    const std::vector<float> clip = heart(length);
    const Result<model::Scores> scores = model_->run(clip, workspace);
    ASSERT_TRUE(scores);
    const std::vector<double> expected = mean_of_networks(clip);
    for (std::size_t k = 0; k < kScores; ++k) {
      EXPECT_NEAR(static_cast<double>(scores->clip[k]), expected[k], kTolerance) << length;
    }
  }
}

TEST_F(OnnxExport, HasOneWindowForAShortClipEqualToTheWhole) {
  model::Workspace workspace = model_->make_workspace();
  const Result<model::Scores> scores = model_->run(heart(7'800), workspace);
  ASSERT_TRUE(scores);
  ASSERT_EQ(scores->window_count, 1U);
  for (std::size_t k = 0; k < kScores; ++k) {
    EXPECT_NEAR(scores->windows[k], scores->clip[k], kTolerance);
  }
}

TEST_F(OnnxExport, HasAWindowEachTwoAndAHalfSeconds) {
  model::Workspace workspace = model_->make_workspace();
  EXPECT_EQ(model_->run(heart(20'000), workspace)->window_count, 3U);
  EXPECT_EQ(model_->run(heart(60'000), workspace)->window_count, 11U);
}

TEST_F(OnnxExport, DoesNotDependOnGain) {
  model::Workspace workspace = model_->make_workspace();
  std::vector<float> clip = heart(20'000);
  const Result<model::Scores> loud = model_->run(clip, workspace);
  const std::vector<float> expected(loud->clip.begin(), loud->clip.end());
  for (float& sample : clip) sample *= 1.0F / 64;
  const Result<model::Scores> quiet = model_->run(clip, workspace);
  for (std::size_t k = 0; k < kScores; ++k) EXPECT_NEAR(quiet->clip[k], expected[k], kTolerance);
}

TEST_F(OnnxExport, StaysFiniteOnSilenceAndASingleSample) {
  model::Workspace workspace = model_->make_workspace();
  // The runtime itself fails on a score that is not finite.
  EXPECT_TRUE(model_->run(std::vector<float>(20'000), workspace));
  EXPECT_TRUE(model_->run(std::vector<float>(1, 0.5F), workspace));
}

}  // namespace
}  // namespace auscult::train
