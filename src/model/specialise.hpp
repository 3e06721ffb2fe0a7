#pragma once

#include <map>
#include <optional>
#include <vector>

#include "model/ops.hpp"

namespace auscult::model {

/// A node whose shapes are known, with what was fused into it.
struct PlannedNode {
  Node node;
  Plan plan;
  ValueId residual = kNoValue;            ///< Of a convolution: added to its result ...
  std::optional<Elementwise> activation;  ///< ... and then this.
};

/// A graph for one length of clip.
struct SpecialisedGraph {
  std::vector<PlannedNode> nodes;
  std::vector<Shape> shapes;  ///< By ValueId.
  std::map<ValueId, Constant> constants;
  std::vector<int> uses;  ///< By ValueId: nodes and outputs that take it.
};

/// Infers all shapes for clips of `length` samples, computes what depends on shapes only, and
/// fuses activations and residual sums into the convolutions before them.
/// Fails with unsupported_model, naming the node.
Result<SpecialisedGraph> specialise(const Graph& graph, std::size_t length);

}  // namespace auscult::model
