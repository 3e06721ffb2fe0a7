#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include "model/ops.hpp"

namespace auscult::model {

/// [N, C, spatial...] with the channels innermost, as oneDNN's convolutions like it.
dnnl::memory::desc channels_last(const Shape& dims, dnnl::memory::data_type type);

/// Multiplies all channels of a place by one factor, where the value lies: input 0 is the value of
/// shape `dims`, channels last, f32 or bf16; input 1 the factors of shape `factors`, whose size is
/// 1 along the channels and 1 or that of `dims` elsewhere, f32 in row order. Output 0 is input 0.
/// Made for masks: a factor of 1 costs nothing.
Kernel row_scale_kernel(const Shape& dims, const Shape& factors, dnnl::memory::data_type type);

}  // namespace auscult::model
