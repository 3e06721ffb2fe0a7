#include <algorithm>

#include "model/lower.hpp"
#include "model/row_scale.hpp"

namespace auscult::model {

namespace {

using Layout = ProgramBuilder::Layout;
using Buffer = ProgramBuilder::Buffer;

// Below this many values a call into oneDNN costs more than std::exp.
constexpr std::size_t kFewElements = 128;

bool is_row_order(const ProgramBuilder& builder, ValueId id, const Layout& layout) {
  return layout.desc == ProgramBuilder::row_order(builder.dims(id));
}

void add_eltwise(ProgramBuilder& builder, const Elementwise& unary, const Layout& from,
                 const Layout& to) {
  const dnnl::eltwise_forward::desc desc(dnnl::prop_kind::forward_inference, unary.algorithm,
                                         from.desc, unary.alpha, unary.beta);
  const dnnl::eltwise_forward::primitive_desc primitive(desc, user_scratchpad(), builder.engine());
  builder.add_primitive(primitive, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}});
}

/// oneDNN computes it where the value lies in a layout of its own, and where many transcendental
/// functions are wanted.
bool lower_unary(ProgramBuilder& builder, const PlannedNode& planned, const Elementwise& unary) {
  const ValueId input = planned.node.inputs[0];
  const ValueId output = planned.node.outputs[0];
  const Layout from = builder.original(input);
  if (!is_row_order(builder, input, from)) {
    // Log and Exp would fill the padding of a blocked layout with something else than zeros.
    if (unary.costly) return false;
    add_eltwise(builder, unary, from, builder.define(output, from.desc));
    return true;
  }
  const std::size_t count = element_count(builder.dims(input));
  if (!unary.costly || count < kFewElements) return false;
  const Layout to = builder.define(output, from.desc);
  const dnnl::memory::desc line =
      ProgramBuilder::row_order({static_cast<std::int64_t>(count)}, from.desc.data_type());
  add_eltwise(builder, unary, {line, from.buffer}, {line, to.buffer});
  return true;
}

bool lower_binary(ProgramBuilder& builder, const PlannedNode& planned, dnnl::algorithm algorithm) {
  const ValueId a = planned.node.inputs[0];
  const ValueId b = planned.node.inputs[1];
  if (builder.dims(a) != builder.dims(b)) return false;
  const Layout from_a = builder.original(a);
  const Layout from_b = builder.original(b);
  if (from_a.desc != from_b.desc || is_row_order(builder, a, from_a)) return false;
  const Layout to = builder.define(planned.node.outputs[0], from_a.desc);
  const dnnl::binary::desc desc(algorithm, from_a.desc, from_b.desc, to.desc);
  const dnnl::binary::primitive_desc primitive(desc, user_scratchpad(), builder.engine());
  builder.add_primitive(primitive,
                        {{DNNL_ARG_SRC_0, from_a}, {DNNL_ARG_SRC_1, from_b}, {DNNL_ARG_DST, to}});
  return true;
}

/// A mask between two convolutions: in place, in their layout.
bool lower_row_scale(ProgramBuilder& builder, const PlannedNode& planned) {
  const ValueId value = planned.node.inputs[0];
  const ValueId factors = planned.node.inputs[1];
  const Layout from = builder.original(value);
  const dnnl::memory::data_type type = from.desc.data_type();
  if (from.desc != channels_last(builder.dims(value), type)) return false;
  const Buffer scale = builder.in_row_order_f32(factors).buffer;
  const Layout result = builder.to_overwrite(value, from.desc);
  builder.define_at(planned.node.outputs[0], result);
  builder.add_loop(row_scale_kernel(builder.dims(value), builder.dims(factors), type),
                   {result.buffer, scale}, {result.buffer});
  return true;
}

/// What lies channels last already is only seen otherwise.
bool lower_to_channels_last(ProgramBuilder& builder, const PlannedNode& planned) {
  const Layout from = builder.original(planned.node.inputs[0]);
  const dnnl::memory::data_type type = from.desc.data_type();
  if (from.desc != channels_last(builder.dims(planned.node.inputs[0]), type)) return false;
  const ValueId output = planned.node.outputs[0];
  builder.define_at(output, {ProgramBuilder::row_order(builder.dims(output), type), from.buffer});
  return true;
}

}  // namespace

void lower_view(ProgramBuilder& builder, const PlannedNode& planned, const View& view) {
  const Layout source = builder.in_row_order(planned.node.inputs[0]);
  const dnnl::memory::data_type type = source.desc.data_type();
  const std::size_t element = dnnl::memory::data_type_size(type);
  for (std::size_t i = 0; i < planned.node.outputs.size(); ++i) {
    const ValueId output = planned.node.outputs[i];
    if (output == kNoValue) continue;
    Layout part{ProgramBuilder::row_order(builder.dims(output), type), source.buffer};
    part.buffer.offset += view.offsets[i] * element;
    builder.define_at(output, part);
  }
}

void lower_loop(ProgramBuilder& builder, const PlannedNode& planned, const Loop& loop) {
  if (loop.unary && lower_unary(builder, planned, *loop.unary)) return;
  if (loop.is_row_scale && lower_row_scale(builder, planned)) return;
  if (loop.is_to_channels_last && lower_to_channels_last(builder, planned)) return;
  if (loop.binary && lower_binary(builder, planned, *loop.binary)) return;
  std::vector<std::optional<Buffer>> inputs;
  for (std::size_t i = 0; i < planned.plan.data_inputs; ++i) {
    const ValueId id = planned.node.inputs[i];
    inputs.push_back(id == kNoValue ? std::nullopt
                                    : std::optional{builder.in_row_order_f32(id).buffer});
  }
  std::vector<std::optional<Buffer>> outputs;
  for (const ValueId id : planned.node.outputs) {
    if (id == kNoValue) {
      outputs.emplace_back();
      continue;
    }
    const dnnl::memory::desc desc = ProgramBuilder::row_order(builder.dims(id));
    outputs.emplace_back(builder.define(id, desc).buffer);
  }
  builder.add_loop(loop.run, inputs, outputs);
}

}  // namespace auscult::model
