#include "extra_trees.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "augment.hpp"

namespace auscult::train {
namespace {

double gini(const std::vector<double>& weights, double sum) {
  double purity = 0;
  for (const double weight : weights) purity += weight * weight;
  return sum > 0 ? sum - purity / sum : 0;
}

struct Split {
  int feature = -1;
  float threshold = 0;
  double impurity = 0;  // Of both sides, weighted.
};

class Grower {
 public:
  Grower(const TreeRows& rows, const TreeOptions& options, Random& random)
      : rows_(rows), options_(options), random_(random), order_(rows.classes.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    columns_.resize(rows.features.front().size());
    std::iota(columns_.begin(), columns_.end(), 0);
  }

  Tree grow() {
    tree_.clear();
    grow_node(0, order_.size());
    return std::move(tree_);
  }

 private:
  // Appends the node of the rows order_[begin, end) and all below it; gives its index.
  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tree
  std::size_t grow_node(std::size_t begin, std::size_t end) {
    const std::size_t index = tree_.size();
    tree_.emplace_back();
    const std::span<std::size_t> members = std::span(order_).subspan(begin, end - begin);
    std::vector<double> weights(options_.classes);
    for (const std::size_t row : members) {
      weights[static_cast<std::size_t>(rows_.classes[row])] += rows_.weights[row];
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const bool is_pure = std::ranges::max(weights) == sum;
    std::optional<Split> split;
    if (!is_pure && members.size() >= 2 * options_.min_leaf_rows) split = best_split(members);
    if (!split) {
      for (double& weight : weights) weight /= sum;
      tree_[index].shares = std::move(weights);
      return index;
    }
    const auto middle = std::partition(members.begin(), members.end(), [&](std::size_t row) {
      return value(row, split->feature) <= split->threshold;
    });
    const std::size_t cut = begin + static_cast<std::size_t>(middle - members.begin());
    tree_[index].feature = split->feature;
    tree_[index].threshold = split->threshold;
    const std::size_t below = grow_node(begin, cut);
    const std::size_t above = grow_node(cut, end);
    tree_[index].below = below;
    tree_[index].above = above;
    return index;
  }

  // The best of one random split for each of the first random features that vary.
  std::optional<Split> best_split(std::span<const std::size_t> members) {
    const auto wanted = static_cast<std::size_t>(
        std::ceil(options_.tried_features * static_cast<double>(columns_.size())));
    std::optional<Split> best;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < columns_.size() && (tried < wanted || !best); ++i) {
      std::swap(
          columns_[i],
          columns_[std::uniform_int_distribution<std::size_t>(i, columns_.size() - 1)(random_)]);
      const std::optional<Split> split = random_split(members, columns_[i], tried);
      if (split && (!best || split->impurity < best->impurity)) best = split;
    }
    return best;
  }

  std::optional<Split> random_split(std::span<const std::size_t> members, int feature,
                                    std::size_t& tried) {
    float least = value(members.front(), feature);
    float most = least;
    for (const std::size_t row : members) {
      least = std::min(least, value(row, feature));
      most = std::max(most, value(row, feature));
    }
    if (least == most) return std::nullopt;
    ++tried;
    const auto threshold =
        static_cast<float>(uniform(random_, static_cast<double>(least), static_cast<double>(most)));
    std::vector<double> below(options_.classes);
    std::vector<double> above(options_.classes);
    std::size_t below_rows = 0;
    for (const std::size_t row : members) {
      const bool is_below = value(row, feature) <= threshold;
      below_rows += is_below ? 1U : 0U;
      (is_below ? below : above)[static_cast<std::size_t>(rows_.classes[row])] +=
          rows_.weights[row];
    }
    if (std::min(below_rows, members.size() - below_rows) < options_.min_leaf_rows) {
      return std::nullopt;
    }
    const double impurity = gini(below, std::accumulate(below.begin(), below.end(), 0.0)) +
                            gini(above, std::accumulate(above.begin(), above.end(), 0.0));
    return Split{feature, threshold, impurity};
  }

  [[nodiscard]] float value(std::size_t row, int feature) const {
    return rows_.features[row][static_cast<std::size_t>(feature)];
  }

  const TreeRows& rows_;
  const TreeOptions& options_;
  Random& random_;
  std::vector<std::size_t> order_;
  std::vector<int> columns_;
  Tree tree_;
};

}  // namespace

std::vector<Tree> grow_trees(const TreeRows& rows, const TreeOptions& options) {
  std::vector<Tree> trees;
  for (int i = 0; i < options.trees; ++i) {
    Random random = random_for(options.seed, static_cast<std::uint64_t>(i), 21);
    trees.push_back(Grower(rows, options, random).grow());
  }
  return trees;
}

std::vector<double> mean_shares(const std::vector<Tree>& trees,
                                const std::vector<float>& features) {
  std::vector<double> mean;
  for (const Tree& tree : trees) {
    const TreeNode* node = tree.data();
    while (node->feature >= 0) {
      const bool is_below = features[static_cast<std::size_t>(node->feature)] <= node->threshold;
      node = &tree[is_below ? node->below : node->above];
    }
    mean.resize(node->shares.size());
    for (std::size_t k = 0; k < mean.size(); ++k) {
      mean[k] += node->shares[k] / static_cast<double>(trees.size());
    }
  }
  return mean;
}

}  // namespace auscult::train
