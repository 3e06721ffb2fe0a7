#include <algorithm>

#include "model/depthwise.hpp"
#include "model/lower.hpp"
#include "model/row_scale.hpp"

namespace auscult::model {

namespace {

using Layout = ProgramBuilder::Layout;
constexpr auto kF32 = dnnl::memory::data_type::f32;

/// Copies each output sample's window of a one-channel input to a row of its own, zeros where it
/// reaches into the padding: [1, 1, N] to [T, K].
Kernel frame_kernel(const Geometry& geometry, std::int64_t input_length, std::int64_t frames) {
  return [kernel = geometry.kernel[0], stride = geometry.strides[0],
          dilation = geometry.dilations[0], pad = geometry.pad_begin[0], input_length,
          frames](const float* const* inputs, float* const* outputs) {
    float* out = outputs[0];
    for (std::int64_t t = 0; t < frames; ++t, out += kernel) {
      const std::int64_t start = t * stride - pad;
      const bool inside = start >= 0 && start + (kernel - 1) * dilation < input_length;
      if (inside && dilation == 1) {
        std::copy(inputs[0] + start, inputs[0] + start + kernel, out);
        continue;
      }
      for (std::int64_t k = 0; k < kernel; ++k) {
        const std::int64_t at = start + k * dilation;
        out[k] = at < 0 || at >= input_length ? 0.0F : inputs[0][at];
      }
    }
  };
}

/// Adds a number to each row of output 0, [rows, columns]. oneDNN's matrix product takes a bias
/// for each column only.
Kernel row_bias_kernel(const std::vector<float>& bias, std::int64_t columns) {
  return [bias, columns](const float* const*, float* const* outputs) {
    float* out = outputs[0];
    for (const float add : bias) {
      for (std::int64_t i = 0; i < columns; ++i) *out++ += add;
    }
  };
}

// Frames that overlap more would cost more memory than the time they save.
constexpr std::int64_t kMaxOverlap = 16;

bool is_pointwise(const Geometry& geometry) {
  return geometry.kernel[0] == 1 && geometry.strides[0] == 1 && geometry.pad_begin[0] == 0 &&
         geometry.pad_end[0] == 0;
}

}  // namespace

void lower_depthwise(ProgramBuilder& builder, const PlannedNode& planned,
                     const Convolution& convolution) {
  const Node& node = planned.node;
  const Shape& x = builder.dims(node.inputs[0]);
  const Shape& y = builder.dims(node.outputs[0]);
  const Geometry& geometry = convolution.geometry;
  const auto& constants = builder.graph().constants;
  const std::vector<float>& weights = constants.at(node.inputs[1])->floats;
  const auto channels = static_cast<std::size_t>(x[1]);
  const auto kernel = static_cast<std::size_t>(geometry.kernel[0]);

  Depthwise depthwise;
  depthwise.batch = x[0];
  depthwise.channels = x[1];
  depthwise.input_length = x[2];
  depthwise.output_length = y[2];
  depthwise.kernel = geometry.kernel[0];
  depthwise.stride = geometry.strides[0];
  depthwise.dilation = geometry.dilations[0];
  depthwise.pad = geometry.pad_begin[0];
  depthwise.weights.resize(weights.size());
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t k = 0; k < kernel; ++k) {
      depthwise.weights[k * channels + c] = weights[c * kernel + k];
    }
  }
  depthwise.bias.assign(channels, 0.0F);
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    depthwise.bias = constants.at(node.inputs[2])->floats;
  }
  if (planned.activation) depthwise.slope = planned.activation->alpha;

  const Layout source = builder.in_layout(node.inputs[0], channels_last(x, kF32));
  const Layout result = builder.define(node.outputs[0], channels_last(y, kF32));
  builder.add_loop(depthwise_kernel(std::move(depthwise)), {source.buffer}, {result.buffer});
}

bool is_product_of_frames(const ProgramBuilder& builder, const PlannedNode& planned,
                          const Convolution& convolution) {
  const Node& node = planned.node;
  const Shape& x = builder.dims(node.inputs[0]);
  const Geometry& geometry = convolution.geometry;
  return node.keep_f32 && x.size() == 3 && x[0] == 1 && convolution.groups == 1 &&
         planned.residual == kNoValue && !planned.activation &&
         (is_pointwise(geometry) ||
          (x[1] == 1 && geometry.kernel[0] <= kMaxOverlap * geometry.strides[0]));
}

void lower_product_of_frames(ProgramBuilder& builder, const PlannedNode& planned,
                             const Convolution& convolution) {
  const Node& node = planned.node;
  const Shape& x = builder.dims(node.inputs[0]);
  const Shape& y = builder.dims(node.outputs[0]);
  const std::int64_t taps = x[1] * convolution.geometry.kernel[0];
  const std::int64_t frames = y[2];
  using Desc = ProgramBuilder::Desc;
  ProgramBuilder::Buffer columns = builder.in_row_order_f32(node.inputs[0]).buffer;
  Desc columns_desc = ProgramBuilder::row_order({taps, frames});
  if (!is_pointwise(convolution.geometry)) {
    const ProgramBuilder::Buffer samples = columns;
    columns_desc = Desc({taps, frames}, kF32, Shape{1, taps});
    columns = builder.allocate(columns_desc.get_size());
    builder.add_loop(frame_kernel(convolution.geometry, x[2], frames), {samples}, {columns});
  }
  const Desc weights = ProgramBuilder::row_order({y[1], taps});
  const Desc output = ProgramBuilder::row_order({y[1], frames});
  const dnnl::matmul::primitive_desc primitive(dnnl::matmul::desc(weights, columns_desc, output),
                                               user_scratchpad(), builder.engine());
  const ProgramBuilder::Buffer coefficients = builder.constant(node.inputs[1], weights, weights);
  const Layout result = builder.define(node.outputs[0], ProgramBuilder::row_order(y));
  builder.add_primitive(primitive, {{DNNL_ARG_SRC, {weights, coefficients}},
                                    {DNNL_ARG_WEIGHTS, {columns_desc, columns}},
                                    {DNNL_ARG_DST, {output, result.buffer}}});
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    builder.add_loop(row_bias_kernel(builder.graph().constants.at(node.inputs[2])->floats, frames),
                     {}, {result.buffer});
  }
}

}  // namespace auscult::model
