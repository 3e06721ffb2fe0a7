#pragma once

#include <optional>

#include "model/ops.hpp"

namespace auscult::model {

/// A 1-D convolution with one filter for each channel, channels innermost: [N, T, C] to
/// [N, T', C], f32. oneDNN 2.6 has none for 1-D; its fallback takes seven times as long.
struct Depthwise {
  std::int64_t batch = 1;
  std::int64_t channels = 1;
  std::int64_t input_length = 0;
  std::int64_t output_length = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad = 0;        ///< Before the first sample.
  std::vector<float> weights;  ///< [kernel, channels]
  std::vector<float> bias;     ///< [channels]
  /// x > 0 ? x : slope * x at the end; 1 leaves the result as it is, 0 is ReLU.
  float slope = 1;
};

/// The loop, for the widest vectors of this processor.
Kernel depthwise_kernel(Depthwise depthwise);

}  // namespace auscult::model
