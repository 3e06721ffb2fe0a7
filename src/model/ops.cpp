#include "model/ops.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/limits.hpp"
#include "model/operand_reader.hpp"

namespace auscult::model {

namespace {

struct Operator {
  Result<Plan> (*plan)(const OperandReader&);
  std::size_t min_inputs;
  std::size_t max_inputs;
  std::size_t data_inputs;                // The rest are parameters.
  std::set<std::string_view> attributes;  // Those we honour, or that make no difference here.
};

constexpr std::size_t kAnyNumber = limits::kMaxModelNodes;

const std::unordered_map<std::string_view, Operator>& operators() {
  static const std::unordered_map<std::string_view, Operator> kTable = {
      {"Relu", {plan_unary, 1, 1, 1, {}}},
      {"LeakyRelu", {plan_unary, 1, 1, 1, {"alpha"}}},
      {"Sigmoid", {plan_unary, 1, 1, 1, {}}},
      {"Tanh", {plan_unary, 1, 1, 1, {}}},
      {"HardSigmoid", {plan_unary, 1, 1, 1, {"alpha", "beta"}}},
      {"Exp", {plan_unary, 1, 1, 1, {}}},
      {"Log", {plan_unary, 1, 1, 1, {}}},
      {"Sqrt", {plan_unary, 1, 1, 1, {}}},
      {"Abs", {plan_unary, 1, 1, 1, {}}},
      {"Neg", {plan_unary, 1, 1, 1, {}}},
      {"Reciprocal", {plan_unary, 1, 1, 1, {}}},
      {"Clip", {plan_clip, 1, 3, 1, {"min", "max"}}},
      {"Add", {plan_binary, 2, 2, 2, {}}},
      {"Sub", {plan_binary, 2, 2, 2, {}}},
      {"Mul", {plan_binary, 2, 2, 2, {}}},
      {"Div", {plan_binary, 2, 2, 2, {}}},
      {"Pow", {plan_binary, 2, 2, 2, {}}},
      {"Min", {plan_binary, 2, 2, 2, {}}},
      {"Max", {plan_binary, 2, 2, 2, {}}},
      {"BatchNormalization",
       {plan_batch_normalization, 5, 5, 1, {"epsilon", "momentum", "training_mode", "spatial"}}},
      {"ReduceSum", {plan_reduce, 1, 2, 1, {"axes", "keepdims", "noop_with_empty_axes"}}},
      {"ReduceMean", {plan_reduce, 1, 2, 1, {"axes", "keepdims", "noop_with_empty_axes"}}},
      {"ReduceMax", {plan_reduce, 1, 2, 1, {"axes", "keepdims", "noop_with_empty_axes"}}},
      {"ReduceMin", {plan_reduce, 1, 2, 1, {"axes", "keepdims", "noop_with_empty_axes"}}},
      {"GlobalAveragePool", {plan_global_pool, 1, 1, 1, {}}},
      {"GlobalMaxPool", {plan_global_pool, 1, 1, 1, {}}},
      {"Softmax", {plan_softmax, 1, 1, 1, {"axis"}}},
      {"Conv",
       {plan_conv, 2, 3, 3, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}}},
      {kBandPowers,
       {plan_band_powers,
        5,
        5,
        5,
        {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}}},
      {"AveragePool",
       {plan_pool,
        1,
        1,
        1,
        {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
         "strides"}}},
      {"MaxPool",
       {plan_pool,
        1,
        1,
        1,
        {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order",
         "strides"}}},
      {"MatMul", {plan_matmul, 2, 2, 2, {}}},
      {"Identity", {plan_identity, 1, 1, 1, {}}},
      {"Dropout", {plan_identity, 1, 3, 1, {"ratio", "seed"}}},
      {"Cast", {plan_cast, 1, 1, 1, {"to"}}},
      {"Reshape", {plan_reshape, 2, 2, 1, {"allowzero"}}},
      {"Flatten", {plan_flatten, 1, 1, 1, {"axis"}}},
      {"Squeeze", {plan_squeeze, 1, 2, 1, {"axes"}}},
      {"Unsqueeze", {plan_unsqueeze, 1, 2, 1, {"axes"}}},
      {"Transpose", {plan_transpose, 1, 1, 1, {"perm"}}},
      {"Slice", {plan_slice, 1, 5, 1, {"starts", "ends", "axes"}}},
      {"Split", {plan_split, 1, 2, 1, {"axis", "split", "num_outputs"}}},
      {"Concat", {plan_concat, 1, kAnyNumber, kAnyNumber, {"axis"}}},
      {"Pad", {plan_pad, 1, 4, 1, {"mode", "pads", "value"}}},
      {"Gather", {plan_gather, 2, 2, 1, {"axis"}}},
      {"Expand", {plan_expand, 2, 2, 1, {}}},
  };
  return kTable;
}

// Rewritten or folded before a plan is asked for.
bool is_rewritten(const std::string& op) {
  return op == "Gemm" || op == "Constant" || op == "Shape" || op == "ConstantOfShape";
}

// Data are all floats or, where they are only rearranged or computed at load, all integers.
Status check_data(const Node& node, std::span<const Operand> data, bool may_be_integer) {
  std::size_t integers = 0;
  for (const Operand& operand : data) {
    if (!operand.present) continue;
    if (element_count(operand.dims) == 0) return refuse(node, "an input is empty");
    if (operand.constant && operand.constant->is_integer) ++integers;
  }
  if (integers != 0 && (!may_be_integer || integers != data.size())) {
    return refuse(node, "an input is of integers; insert a Cast to float");
  }
  return Ok{};
}

}  // namespace

bool is_supported(const std::string& op) {
  return op != kBandPowers && (operators().contains(op) || is_rewritten(op));
}

Result<Plan> plan_operator(const Node& node, std::span<const Operand> inputs, int opset) {
  const auto found = operators().find(node.op);
  if (found == operators().end()) return refuse(node, "is not supported here");
  const Operator& op = found->second;
  const auto present = static_cast<std::size_t>(
      std::count_if(inputs.begin(), inputs.end(), [](const Operand& o) { return o.present; }));
  if (inputs.size() < op.min_inputs || inputs.size() > op.max_inputs || present == 0 ||
      !std::all_of(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(op.min_inputs),
                   [](const Operand& o) { return o.present; })) {
    return refuse(node, "has " + std::to_string(present) + " inputs, which does not fit");
  }
  for (const auto& [name, value] : node.attributes) {
    if (!op.attributes.contains(name)) {
      return refuse(node, "the attribute '" + name + "' is not supported");
    }
  }
  const std::span<const Operand> data = inputs.first(std::min(op.data_inputs, inputs.size()));
  const bool may_be_integer = std::all_of(
      data.begin(), data.end(), [](const Operand& o) { return !o.present || o.constant; });
  if (Status status = check_data(node, data, may_be_integer); !status) return status.error();
  Result<Plan> plan = op.plan(OperandReader(node, inputs, opset));
  if (!plan) return plan.error();
  plan->data_inputs = data.size();
  const bool runs_at_load =
      std::holds_alternative<View>(plan->work) || std::holds_alternative<Loop>(plan->work);
  if (!runs_at_load) {
    if (Status status = check_data(node, data, false); !status) return status.error();
  }
  if (plan->outputs.size() < node.outputs.size()) {
    for (std::size_t i = plan->outputs.size(); i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      return refuse(node, "output " + std::to_string(i) + " is not supported");
    }
  }
  for (const Shape& shape : plan->outputs) {
    if (shape.size() > limits::kMaxTensorRank) {
      return refuse(node, "its output " + to_string(shape) + " has too many dimensions");
    }
    const Result<std::size_t> count = checked_element_count(shape);
    if (!count) return refuse(node, count.error().message);
    if (*count == 0) return refuse(node, "its output " + to_string(shape) + " is empty");
  }
  return plan;
}

}  // namespace auscult::model
