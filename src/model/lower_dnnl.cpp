#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "model/lower.hpp"
#include "model/pool.hpp"
#include "model/row_scale.hpp"

namespace auscult::model {

namespace {

using Desc = dnnl::memory::desc;
using DataType = dnnl::memory::data_type;
using Layout = ProgramBuilder::Layout;
using Buffer = ProgramBuilder::Buffer;
using Use = ProgramBuilder::Use;

Desc any_layout(const Shape& dims, DataType type) {
  return {dims, type, dnnl::memory::format_tag::any};
}

dnnl::primitive_attr attributes_of(const PlannedNode& planned) {
  dnnl::primitive_attr attributes = user_scratchpad();
  dnnl::post_ops after;
  if (planned.residual != kNoValue) after.append_sum();
  if (planned.activation) {
    after.append_eltwise(1, planned.activation->algorithm, planned.activation->alpha,
                         planned.activation->beta);
  }
  attributes.set_post_ops(after);
  return attributes;
}

/// oneDNN counts dilation from 0.
Shape dilations_from_zero(const Geometry& geometry) {
  Shape dilations = geometry.dilations;
  for (std::int64_t& dilation : dilations) --dilation;
  return dilations;
}

/// [M, C / groups, ...] as [groups, M / groups, C / groups, ...].
Shape grouped(const Shape& weights, std::int64_t groups) {
  if (groups == 1) return weights;
  Shape result = weights;
  result[0] /= groups;
  result.insert(result.begin(), groups);
  return result;
}

// oneDNN's kernels for AVX2 take no padding that is wider than their tile. What has more would go
// by way of a copy of each tap and a matrix product, and its sum and ReLU one value at a time.
constexpr std::int64_t kWidestPadding = 3;

bool is_padded_widely(const Shape& x, const Convolution& convolution) {
  const Geometry& geometry = convolution.geometry;
  return x.size() == 3 && x[0] == 1 && x[1] > 1 && convolution.groups == 1 &&
         std::max(geometry.pad_begin[0], geometry.pad_end[0]) > kWidestPadding;
}

/// [1, C, N] with its padding of zeros, channels last.
Layout pad(ProgramBuilder& builder, ValueId x, const Geometry& geometry) {
  const Shape& dims = builder.dims(x);
  const Layout source = builder.in_layout(x, channels_last(dims, DataType::f32));
  const Shape padded{1, dims[1], dims[2] + geometry.pad_begin[0] + geometry.pad_end[0]};
  const Desc desc = channels_last(padded, DataType::f32);
  const Layout result{desc, builder.allocate(desc.get_size())};
  builder.add_loop(
      [count = dims[1] * dims[2], before = dims[1] * geometry.pad_begin[0],
       after = dims[1] * geometry.pad_end[0]](const float* const* inputs, float* const* outputs) {
        float* out = std::fill_n(outputs[0], before, 0.0F);
        out = std::copy_n(inputs[0], count, out);
        std::fill_n(out, after, 0.0F);
      },
      {source.buffer}, {result.buffer});
  return result;
}

}  // namespace

bool prefers_bf16(const ProgramBuilder& builder, ValueId id) {
  std::vector<ValueId> values = {id};
  while (!values.empty()) {
    const ValueId value = values.back();
    values.pop_back();
    bool used = false;
    for (const PlannedNode& planned : builder.graph().nodes) {
      const auto& inputs = planned.node.inputs;
      const bool is_input = std::find(inputs.begin(), inputs.end(), value) != inputs.end();
      if (!is_input && planned.residual != value) continue;
      used = true;
      if (planned.node.keep_f32) return false;
      const auto* loop = std::get_if<Loop>(&planned.plan.work);
      const bool is_scaled = loop != nullptr && loop->is_row_scale && inputs[0] == value;
      if (is_scaled || std::holds_alternative<View>(planned.plan.work)) {
        // Then those who use its outputs decide.
        std::ranges::copy_if(planned.node.outputs, std::back_inserter(values),
                             [](ValueId output) { return output != kNoValue; });
      } else {
        const auto* convolution = std::get_if<Convolution>(&planned.plan.work);
        if (convolution == nullptr || convolution->is_depthwise_1d) return false;
      }
    }
    if (!used) return false;
  }
  return true;
}

void lower_convolution(ProgramBuilder& builder, const PlannedNode& planned,
                       const Convolution& convolution, const Target& target) {
  const Node& node = planned.node;
  const ValueId x = node.inputs[0];
  const ValueId w = node.inputs[1];
  const ValueId b = node.inputs.size() > 2 ? node.inputs[2] : kNoValue;
  const ValueId y = node.outputs[0];
  // One channel fills a register of f32, but not a tile of bf16: half as fast.
  const bool bf16 = target.bf16 && !node.keep_f32 && builder.dims(x)[1] > 1;
  const DataType type = bf16 ? DataType::bf16 : DataType::f32;
  const DataType result_type = bf16 && prefers_bf16(builder, y) ? DataType::bf16 : DataType::f32;
  const Shape weights = grouped(builder.dims(w), convolution.groups);
  Geometry geometry = convolution.geometry;
  std::optional<Layout> padded;
  if (type == DataType::f32 && is_padded_widely(builder.dims(x), convolution)) {
    padded = pad(builder, x, geometry);
    geometry.pad_begin = geometry.pad_end = Shape{0};
  }
  const Desc bias = b == kNoValue ? Desc() : ProgramBuilder::row_order(builder.dims(b));
  const dnnl::convolution_forward::desc desc(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      padded ? padded->desc : any_layout(builder.dims(x), type), any_layout(weights, type), bias,
      padded ? channels_last(builder.dims(y), result_type)
             : any_layout(builder.dims(y), result_type),
      geometry.strides, dilations_from_zero(geometry), geometry.pad_begin, geometry.pad_end);
  const dnnl::convolution_forward::primitive_desc primitive(desc, attributes_of(planned),
                                                            builder.engine());
  Layout result;
  if (planned.residual != kNoValue) {
    result = builder.to_overwrite(planned.residual, primitive.dst_desc());
  }
  const Layout source = padded ? *padded : builder.in_layout(x, primitive.src_desc());
  std::vector<Use> uses{
      {DNNL_ARG_SRC, source},
      {DNNL_ARG_WEIGHTS,
       {primitive.weights_desc(),
        builder.constant(w, ProgramBuilder::row_order(weights), primitive.weights_desc())}}};
  if (b != kNoValue) {
    uses.push_back({DNNL_ARG_BIAS, {bias, builder.constant(b, bias, bias)}});
  }
  if (planned.residual != kNoValue) {
    builder.define_at(y, result);
  } else {
    result = builder.define(y, primitive.dst_desc());
  }
  uses.push_back({DNNL_ARG_DST, result});
  builder.add_primitive(primitive, uses);
}

void lower_pooling(ProgramBuilder& builder, const PlannedNode& planned, const Pooling& pooling) {
  const Layout source = builder.original(planned.node.inputs[0]);
  const ValueId y = planned.node.outputs[0];
  if (source.desc == ProgramBuilder::row_order(builder.dims(planned.node.inputs[0]))) {
    const Layout result = builder.define(y, ProgramBuilder::row_order(builder.dims(y)));
    builder.add_loop(pool_kernel(pooling, builder.dims(planned.node.inputs[0]), builder.dims(y)),
                     {source.buffer}, {result.buffer});
    return;
  }
  const Geometry& geometry = pooling.geometry;
  const dnnl::pooling_forward::desc desc(
      dnnl::prop_kind::forward_inference, pooling.algorithm, source.desc,
      any_layout(builder.dims(y), source.desc.data_type()), geometry.strides, geometry.kernel,
      geometry.pad_begin, geometry.pad_end);
  const dnnl::pooling_forward::primitive_desc primitive(desc, attributes_of(planned),
                                                        builder.engine());
  const Layout result = builder.define(y, primitive.dst_desc());
  builder.add_primitive(primitive, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
}

void lower_product(ProgramBuilder& builder, const PlannedNode& planned, const Product& product,
                   const Target& target) {
  const ValueId a = planned.node.inputs[0];
  const ValueId b = planned.node.inputs[1];
  const bool known = builder.graph().constants.contains(b);
  const bool bf16 = target.bf16 && !planned.node.keep_f32 && known;
  const DataType type = bf16 ? DataType::bf16 : DataType::f32;
  const Desc source = ProgramBuilder::row_order(product.a, type);
  const Desc output = ProgramBuilder::row_order(product.output);
  const Desc weights = known ? any_layout(product.b, type) : ProgramBuilder::row_order(product.b);
  const dnnl::matmul::desc desc(source, weights, output);
  const dnnl::matmul::primitive_desc primitive(desc, attributes_of(planned), builder.engine());

  Layout left = builder.in_layout(a, ProgramBuilder::row_order(builder.dims(a), type));
  left.desc = source;
  Layout right{primitive.weights_desc(), {}};
  right.buffer = known ? builder.constant(b, ProgramBuilder::row_order(product.b), right.desc)
                       : builder.in_row_order_f32(b).buffer;
  const Layout natural = builder.define(
      planned.node.outputs[0], ProgramBuilder::row_order(builder.dims(planned.node.outputs[0])));
  builder.add_primitive(
      primitive,
      {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, {output, natural.buffer}}});
}

}  // namespace auscult::model
