#pragma once

#include <span>
#include <vector>

#include "auscult/result.hpp"
#include "model/graph.hpp"

namespace auscult::model {

/// Makes a graph simpler without changing what it computes, for any length of clip: refuses
/// operators that do not exist here, writes Gemm as MatMul and Add, computes what depends on
/// constants only, folds BatchNormalization into the convolution before it, drops nodes that no
/// output needs, and marks those that must stay f32.
/// Fails with unsupported_model, naming the node.
Status simplify(Graph& graph);

/// How many nodes and outputs of the graph use each value.
std::vector<int> count_uses(const Graph& graph);

/// Bounds what folding makes of a small file.
class FoldBudget {
 public:
  /// Fails with unsupported_model once all results together are too large.
  Status spend(const Node& node, std::span<const Constant> results);

 private:
  std::size_t elements_ = 0;
};

}  // namespace auscult::model
