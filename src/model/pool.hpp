#pragma once

#include "model/ops.hpp"

namespace auscult::model {

/// Pools [N, C, T] or [N, C, H, W] in row order, where oneDNN 2.6 has only a slow reference loop.
Kernel pool_kernel(const Pooling& pooling, const Shape& input, const Shape& output);

}  // namespace auscult::model
