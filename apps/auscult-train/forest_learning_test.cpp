#include "forest_learning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace auscult::train {
namespace {

using ::testing::UnorderedElementsAre;

constexpr int kNormal = 2;
constexpr int kExtrahls = 3;

// The first feature names the recording; that of its cleaned piece is negative.
Example labelled(float name, int label, int fold) {
  Example example;
  example.label = label;
  example.fold = fold;
  example.features = {name};
  return example;
}

Example healthy_elsewhere(float name, int fold, bool unseen) {
  Example example = labelled(name, kUnlabelled, fold);
  example.diseased = 0;
  example.unseen = unseen;
  example.cleaned_features = {-name};
  return example;
}

Dataset small_dataset() {
  Dataset dataset;
  dataset.examples = {labelled(1, kArtifact, 0),
                      labelled(2, kNormal, 0),
                      labelled(3, kNormal, 1),
                      labelled(4, kExtrahls, 1),
                      labelled(5, 1, 1),
                      healthy_elsewhere(6, 0, false),
                      healthy_elsewhere(7, 1, false),
                      healthy_elsewhere(8, 1, true)};
  dataset.examples.push_back(labelled(9, kUnlabelled, 1));
  dataset.examples.back().diseased = 1;
  return dataset;
}

std::vector<float> names(const TreeRows& rows) {
  std::vector<float> names;
  for (const std::vector<float>& features : rows.features) names.push_back(features[0]);
  return names;
}

TEST(ForestRows, HoldTheHealthyFromElsewhereWholeAndCleaned) {
  EXPECT_THAT(names(forest_rows(small_dataset(), {})),
              UnorderedElementsAre(1, 2, 3, 4, 6, -6, 7, -7, 8, -8));
}

TEST(ForestRows, HoldNoPieceOfWhatIsHeldOut) {
  EXPECT_THAT(names(forest_rows(small_dataset(), {.fold = 0})),
              UnorderedElementsAre(3, 4, 7, -7, 8, -8));
  EXPECT_THAT(names(forest_rows(small_dataset(), {.fold = 0, .unseen = true})),
              UnorderedElementsAre(3, 4, 7, -7));
}

TEST(ForestRows, GiveEachClassAndElsewhereTheSameWeight) {
  const TreeRows rows = forest_rows(small_dataset(), {});
  std::vector<double> sums(kForestClasses.size() + 1);
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    const bool elsewhere = std::abs(rows.features[i][0]) > 5;
    sums[elsewhere ? kForestClasses.size() : static_cast<std::size_t>(rows.classes[i])] +=
        rows.weights[i];
  }
  EXPECT_DOUBLE_EQ(sums[0], 1);
  EXPECT_DOUBLE_EQ(sums[1], 1);
  EXPECT_DOUBLE_EQ(sums[2], 1);
  EXPECT_DOUBLE_EQ(sums[3], 0);  // No Extrastole here.
  EXPECT_DOUBLE_EQ(sums[4], 1);
}

}  // namespace
}  // namespace auscult::train
