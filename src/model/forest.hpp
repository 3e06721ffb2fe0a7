#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::model {

/// An ensemble of decision trees over named features: an ONNX file whose one node is a
/// TreeEnsembleClassifier (ai.onnx.ml, version 1 to 3), so that any other runtime can run it and
/// check us. Immutable after decode(); any thread.
class Forest {
 public:
  /// The metadata `auscult.features` and `auscult.classes` are JSON lists of names, of the input's
  /// columns and of the output's. Nodes are BRANCH_LEQ or LEAF, weights are in the leaves, nothing
  /// is done to their sum. Fails with unsupported_model on anything else, naming what is wrong; a
  /// tree that is no tree is refused, so that score() ends.
  static Result<Forest> decode(std::span<const std::byte> bytes);

  /// What each column of the input is; these names mean something to whoever measures them.
  [[nodiscard]] const std::vector<std::string>& features() const { return features_; }
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

  /// The sum of the leaves' weights for each class. `features` holds as many finite numbers as
  /// features() has names.
  [[nodiscard]] std::vector<double> score(std::span<const float> features) const;

  /// The natural logarithms of score(), at least ln(kMinForestScore): what a calibration reads.
  [[nodiscard]] std::vector<double> log_score(std::span<const float> features) const;

 private:
  /// A node of a tree, or, if `feature` is negative, a leaf, whose weights start at `below`.
  struct Node {
    float threshold = 0;
    std::int32_t feature = -1;
    std::uint32_t below = 0;  ///< The next node where the feature is at most the threshold.
    std::uint32_t above = 0;  ///< The next node elsewhere.
  };
  friend class ForestReader;

  std::vector<std::string> features_;
  std::vector<std::string> classes_;
  std::map<std::string, std::string> metadata_;
  std::vector<Node> nodes_;  // A node stands before those below it.
  std::vector<std::uint32_t> roots_;
  std::vector<float> leaves_;  // [leaves, classes]
};

/// No forest of some hundred recordings is surer than this.
inline constexpr double kMinForestScore = 0.005;

}  // namespace auscult::model
