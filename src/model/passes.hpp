#pragma once

#include "auscult/result.hpp"
#include "model/graph.hpp"

namespace auscult::model {

/// Makes a graph simpler without changing what it computes, for any length of clip: refuses
/// operators that do not exist here, writes Gemm as MatMul and Add, computes what depends on
/// constants only, folds BatchNormalization into the convolution before it, drops nodes that no
/// output needs, marks those that must stay f32, and halves a spectrum's filters (fold_phases()).
/// Fails with unsupported_model, naming the node.
Status simplify(Graph& graph);

}  // namespace auscult::model
