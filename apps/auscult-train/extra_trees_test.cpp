#include "extra_trees.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "forest_export.hpp"
#include "model/forest.hpp"

namespace auscult::train {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

// The class is whether the first feature is over 0.5, beside four features of noise.
TreeRows noisy_rows(int count) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<float> uniform(0, 1);
  TreeRows rows;
  for (int i = 0; i < count; ++i) {
    rows.features.emplace_back(5);
    for (float& value : rows.features.back()) value = uniform(random);
    rows.classes.push_back(rows.features.back()[0] > 0.5F ? 1 : 0);
    rows.weights.push_back(1);
  }
  return rows;
}

TEST(ExtraTrees, FindTheFeatureThatTells) {
  const std::vector<Tree> trees = grow_trees(noisy_rows(400), {.trees = 50});
  EXPECT_GT(mean_shares(trees, {0.9F, 0.5F, 0.5F, 0.5F, 0.5F})[1], 0.9);
  EXPECT_GT(mean_shares(trees, {0.1F, 0.5F, 0.5F, 0.5F, 0.5F})[0], 0.9);
}

TEST(ExtraTrees, GrowTheSameFromTheSame) {
  const TreeRows rows = noisy_rows(60);
  const auto thresholds = [&](std::uint64_t seed) {
    std::vector<float> all;
    for (const Tree& tree : grow_trees(rows, {.trees = 3, .seed = seed})) {
      for (const TreeNode& node : tree) all.push_back(node.threshold);
    }
    return all;
  };
  EXPECT_EQ(thresholds(1), thresholds(1));
  EXPECT_NE(thresholds(1), thresholds(2));
}

TEST(ExtraTrees, GiveARowAsMuchSayAsItsWeight) {
  TreeRows rows;
  rows.features = {{0}, {0}, {0}, {0}};
  rows.classes = {0, 0, 0, 1};
  rows.weights = {1, 1, 1, 9};
  EXPECT_THAT(mean_shares(grow_trees(rows, {.trees = 2}), {0}),
              Pointwise(DoubleNear(1e-12), {0.25, 0.75}));
}

TEST(ExtraTrees, KeepEnoughRowsInALeaf) {
  TreeRows rows = noisy_rows(30);
  const std::vector<Tree> trees = grow_trees(rows, {.trees = 20, .min_leaf_rows = 10});
  for (const Tree& tree : trees) {
    // Thirty rows in leaves of ten or more: at most three leaves, so at most five nodes.
    EXPECT_LE(tree.size(), 5U);
  }
}

TEST(ForestFile, IsReadByTheServiceToTheSameScores) {
  const TreeRows rows = noisy_rows(200);
  const std::vector<Tree> trees = grow_trees(rows, {.trees = 20});
  const std::string file = encode_forest(trees, 5,
                                         {{"auscult.features", R"(["a", "b", "c", "d", "e"])"},
                                          {"auscult.classes", R"(["below", "above"])"}});
  const Result<model::Forest> forest = model::Forest::decode(std::as_bytes(std::span(file)));
  ASSERT_TRUE(forest) << forest.error().message;
  for (const std::vector<float>& features : rows.features) {
    EXPECT_THAT(forest->score(features), Pointwise(DoubleNear(1e-6), mean_shares(trees, features)));
  }
}

}  // namespace
}  // namespace auscult::train
