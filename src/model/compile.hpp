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

/// Plans how a simplified graph runs on clips of `length` samples: all of its program but the
/// kernels, which are what takes time and memory. `cache` holds the weights, which the programs of
/// several lengths share.
/// Fails with unsupported_model, naming the node, and with internal where oneDNN fails.
Result<Program> plan(const Graph& graph, std::size_t length, const Target& target,
                     LayoutCache& cache);

/// Plans it and makes the kernels. Fails as plan() does.
Result<Program> compile(const Graph& graph, std::size_t length, const Target& target,
                        LayoutCache& cache);

}  // namespace auscult::model
