#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace auscult::train {

/// Labelled numbers to learn from.
struct TreeRows {
  std::vector<std::vector<float>> features;  ///< [rows][features]
  std::vector<int> classes;                  ///< [rows], from 0.
  std::vector<double> weights;               ///< [rows], positive.
};

/// A node of a tree; its children stand behind it.
struct TreeNode {
  int feature = -1;     ///< Negative: a leaf.
  float threshold = 0;  ///< Below it and on it: `below`; over it: `above`.
  std::size_t below = 0;
  std::size_t above = 0;
  std::vector<double> shares;  ///< Of a leaf: of each class, sum 1.
};
using Tree = std::vector<TreeNode>;

struct TreeOptions {
  std::size_t classes = 2;
  int trees = 200;
  std::size_t min_leaf_rows = 2;
  double tried_features = 0.3;  ///< Share of the features that a split chooses from.
  std::uint64_t seed = 1;
};

/// Extremely randomised trees (Geurts, Ernst and Wehenkel 2006, doi:10.1007/s10994-006-6226-1):
/// each on all rows, each split the best by Gini's impurity of one random threshold for each of
/// some random features. The same input gives the same trees. `rows` has at least one row.
std::vector<Tree> grow_trees(const TreeRows& rows, const TreeOptions& options);

/// The mean of the trees' shares, [classes].
std::vector<double> mean_shares(const std::vector<Tree>& trees, const std::vector<float>& features);

}  // namespace auscult::train
