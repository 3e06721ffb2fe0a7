#include "figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "card.hpp"
#include "synthetic_dataset.hpp"

namespace auscult::train {
namespace {

using ::testing::HasSubstr;

// Scores of two networks that lean towards the truth.
std::vector<SeedScores> leaning_scores(const Dataset& dataset) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<SeedScores> all;
  for (const Example& example : dataset.examples) {
    SeedScores scores(2, std::vector<double>(kScores));
    for (std::vector<double>& of_seed : scores) {
      for (double& value : of_seed) value = normal(random);
      if (example.label != kUnlabelled) of_seed[static_cast<std::size_t>(example.label)] += 2;
      if (example.murmur == 1) of_seed.back() += 2;
    }
    all.push_back(std::move(scores));
  }
  return all;
}

class Figures : public ::testing::Test {
 protected:
  Figures() : path_(::testing::TempDir() + "/figures-test-scores.csv") {}
  ~Figures() override { std::filesystem::remove(path_); }

  std::string path_;
  Dataset dataset_ = synthetic_dataset();
};

TEST_F(Figures, ReadsBackTheScoresItWrote) {
  const std::vector<SeedScores> scores = leaning_scores(dataset_);
  ASSERT_TRUE(save_scores(path_, dataset_, {4, 9}, scores));
  const Result<ScoredDataset> scored = load_scores(path_);
  ASSERT_TRUE(scored) << scored.error().message;
  EXPECT_EQ(scored->seeds, (std::vector<std::uint64_t>{4, 9}));
  ASSERT_EQ(scored->examples.size(), dataset_.examples.size());
  EXPECT_EQ(scored->examples[3].group, dataset_.examples[3].group);
  EXPECT_EQ(scored->examples[3].label, dataset_.examples[3].label);
  EXPECT_NEAR(scored->scores[3][1][2], scores[3][1][2], 1e-8);
}

TEST_F(Figures, FillTheCard) {
  ASSERT_TRUE(save_scores(path_, dataset_, {4, 9}, leaning_scores(dataset_)));
  const Result<ScoredDataset> scored = load_scores(path_);
  ASSERT_TRUE(scored);
  evaluation::Json metrics = figures(*scored, "auscult-train crossval");
  EXPECT_EQ(metrics["pascal"]["all"]["recordings"], 20);
  EXPECT_EQ(metrics["each_seed"].size(), 2U);
  metrics["model"] = {{"name", "test-1"},
                      {"version", "1"},
                      {"sha256", "abc"},
                      {"bytes", 10},
                      {"command", "auscult-train train"}};
  const std::string card = model_card(metrics);
  EXPECT_THAT(card, HasSubstr("# test-1"));
  EXPECT_THAT(card, HasSubstr("Not a medical device"));
  EXPECT_THAT(card, HasSubstr("| UAR | "));
}

}  // namespace
}  // namespace auscult::train
