#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/ops.hpp"

namespace auscult::model {

/// The outputs of a node that can be known now: its inputs are constants, or it asks only for
/// shapes. Nothing if it has to run, which Conv, MatMul and pools always do.
/// Fails with unsupported_model as plan_operator() does.
Result<std::optional<std::vector<Constant>>> fold(const Node& node, std::span<const Operand> inputs,
                                                  int opset);

/// Bounds what folding makes of a small file.
class FoldBudget {
 public:
  /// Fails with unsupported_model once all results together are too large.
  Status spend(const Node& node, std::span<const Constant> results);

 private:
  std::size_t elements_ = 0;
};

}  // namespace auscult::model
