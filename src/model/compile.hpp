#pragma once

#include "model/builder.hpp"
#include "model/graph.hpp"
#include "model/program.hpp"

namespace auscult::model {

/// Where and how programs run.
struct Target {
  const dnnl::engine& engine;
  bool bf16 = false;  ///< Where a node may be rounded.
};

/// Compiles a simplified graph for clips of `length` samples. `cache` holds the weights, which the
/// programs of several lengths share.
/// Fails with unsupported_model, naming the node. Throws dnnl::error where oneDNN fails.
Result<Program> compile(const Graph& graph, std::size_t length, const Target& target,
                        LayoutCache& cache);

}  // namespace auscult::model
