#include "model/fold.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "core/limits.hpp"
#include "model/operand_reader.hpp"

namespace auscult::model {

namespace {

using Folded = Result<std::optional<std::vector<Constant>>>;

Folded one(Tensor tensor) {
  return std::optional{std::vector<Constant>{std::make_shared<Tensor>(std::move(tensor))}};
}

Folded fold_constant(const Node& node) {
  for (const auto& [name, value] : node.attributes) {
    if (const auto* tensor = std::get_if<Constant>(&value); tensor != nullptr && name == "value") {
      return std::optional{std::vector<Constant>{*tensor}};
    }
    if (const auto* number = std::get_if<float>(&value);
        number != nullptr && name == "value_float") {
      return one({{}, {*number}, {}, false});
    }
    if (const auto* number = std::get_if<std::int64_t>(&value);
        number != nullptr && name == "value_int") {
      return one({{}, {}, {*number}, true});
    }
    if (const auto* list = std::get_if<std::vector<float>>(&value);
        list != nullptr && name == "value_floats") {
      return one({{static_cast<std::int64_t>(list->size())}, *list, {}, false});
    }
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
        list != nullptr && name == "value_ints") {
      return one({{static_cast<std::int64_t>(list->size())}, {}, *list, true});
    }
  }
  return refuse(node, "holds no number and no tensor of numbers");
}

Folded fold_shape(const OperandReader& reader) {
  const std::int64_t rank = reader.rank(0);
  const Result<std::int64_t> start = reader.integer("start", 0);
  if (!start) return start.error();
  const Result<std::int64_t> end = reader.integer("end", rank);
  if (!end) return end.error();
  const auto place = [rank](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t first = place(*start);
  const std::int64_t last = std::max(place(*end), first);
  const Shape& dims = reader.dims(0);
  return one({{last - first}, {}, Shape(dims.begin() + first, dims.begin() + last), true});
}

Folded fold_constant_of_shape(const OperandReader& reader) {
  const Result<std::vector<std::int64_t>> shape = reader.constant_integers(0);
  if (!shape) return shape.error();
  const Result<std::size_t> count = checked_element_count(*shape);
  if (!count) return refuse(reader.node(), count.error().message);
  const auto found = reader.node().attributes.find("value");
  if (found == reader.node().attributes.end()) {
    return one({*shape, std::vector<float>(*count, 0.0F), {}, false});
  }
  const auto* value = std::get_if<Constant>(&found->second);
  if (value == nullptr || element_count((*value)->dims) != 1) {
    return refuse(reader.node(), "the attribute 'value' is not one number");
  }
  if ((*value)->is_integer) {
    return one({*shape, {}, std::vector<std::int64_t>(*count, (*value)->integers[0]), true});
  }
  return one({*shape, std::vector<float>(*count, (*value)->floats[0]), {}, false});
}

Folded fold_cast(const OperandReader& reader) {
  const Result<std::int64_t> to = reader.integer("to", 0);
  if (!to) return to.error();
  Tensor tensor = *reader.input(0).constant;
  if (*to == onnx::TensorProto::FLOAT) {
    if (tensor.is_integer) tensor.floats.assign(tensor.integers.begin(), tensor.integers.end());
    tensor.integers.clear();
    tensor.is_integer = false;
    return one(std::move(tensor));
  }
  if (*to != onnx::TensorProto::INT64 && *to != onnx::TensorProto::INT32) {
    return refuse(reader.node(), "only casts to float, int64 and int32 are supported");
  }
  for (const float value : tensor.floats) {
    if (!(std::fabs(value) < 9e18F)) return refuse(reader.node(), "a value is out of bounds");
    tensor.integers.push_back(static_cast<std::int64_t>(value));
  }
  tensor.floats.clear();
  tensor.is_integer = true;
  return one(std::move(tensor));
}

// Integers are computed by the loops for f32, which hold them exactly up to 2^24: enough for
// shapes and indices, and checked.
Result<std::vector<float>> exact_floats(const Node& node, const Tensor& tensor) {
  constexpr std::int64_t kExact = std::int64_t{1} << 24;
  std::vector<float> values;
  values.reserve(tensor.integers.size());
  for (const std::int64_t integer : tensor.integers) {
    if (integer < -kExact || integer > kExact) {
      return refuse(node, "cannot compute with the integer " + std::to_string(integer));
    }
    values.push_back(static_cast<float>(integer));
  }
  return values;
}

Folded run_loop(const Node& node, const Plan& plan, const Loop& loop,
                std::span<const Operand> inputs) {
  const bool is_integer = inputs[0].present && inputs[0].constant->is_integer;
  std::vector<std::vector<float>> exact(inputs.size());
  std::vector<const float*> in(inputs.size(), nullptr);
  for (std::size_t i = 0; i < plan.data_inputs; ++i) {
    if (!inputs[i].present) continue;
    in[i] = inputs[i].constant->floats.data();
    if (!is_integer) continue;
    Result<std::vector<float>> values = exact_floats(node, *inputs[i].constant);
    if (!values) return values.error();
    exact[i] = *std::move(values);
    in[i] = exact[i].data();
  }
  std::vector<std::vector<float>> results;
  std::vector<float*> out;
  for (const Shape& shape : plan.outputs) results.emplace_back(element_count(shape));
  for (std::vector<float>& result : results) out.push_back(result.data());
  loop.run(in.data(), out.data());

  std::vector<Constant> constants;
  for (std::size_t i = 0; i < results.size(); ++i) {
    Tensor tensor{plan.outputs[i], {}, {}, is_integer};
    for (const float value : results[i]) {
      if (!is_integer) break;
      if (!std::isfinite(value)) return refuse(node, "divides an integer by zero");
      tensor.integers.push_back(static_cast<std::int64_t>(value));
    }
    if (!is_integer) tensor.floats = std::move(results[i]);
    constants.push_back(std::make_shared<Tensor>(std::move(tensor)));
  }
  return std::optional{std::move(constants)};
}

Folded run_view(const Plan& plan, const View& view, const Tensor& input) {
  std::vector<Constant> constants;
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(view.offsets[i]);
    const auto end = begin + static_cast<std::ptrdiff_t>(element_count(plan.outputs[i]));
    Tensor tensor{plan.outputs[i], {}, {}, input.is_integer};
    if (input.is_integer) {
      tensor.integers.assign(input.integers.begin() + begin, input.integers.begin() + end);
    } else {
      tensor.floats.assign(input.floats.begin() + begin, input.floats.begin() + end);
    }
    constants.push_back(std::make_shared<Tensor>(std::move(tensor)));
  }
  return std::optional{std::move(constants)};
}

}  // namespace

Folded fold(const Node& node, std::span<const Operand> inputs, int opset) {
  const OperandReader reader(node, inputs, opset);
  if (node.op == "Constant") return fold_constant(node);
  if (node.op == "Shape" && reader.has_input(0)) return fold_shape(reader);
  const bool known = std::all_of(inputs.begin(), inputs.end(), [](const Operand& operand) {
    return !operand.present || operand.constant;
  });
  if (!known || inputs.empty()) return std::optional<std::vector<Constant>>{};
  if (node.op == "ConstantOfShape" && reader.has_input(0)) return fold_constant_of_shape(reader);
  if (node.op == "Cast" && reader.has_input(0)) return fold_cast(reader);
  const Result<Plan> plan = plan_operator(node, inputs, opset);
  if (!plan) return plan.error();
  if (const auto* loop = std::get_if<Loop>(&plan->work))
    return run_loop(node, *plan, *loop, inputs);
  if (const auto* view = std::get_if<View>(&plan->work)) {
    return run_view(*plan, *view, *inputs[0].constant);
  }
  return std::optional<std::vector<Constant>>{};
}

Status FoldBudget::spend(const Node& node, std::span<const Constant> results) {
  for (const Constant& result : results) elements_ += element_count(result->dims);
  if (elements_ > limits::kMaxTensorElements) {
    return refuse(node, "the constants computed at load grow too large");
  }
  return Ok{};
}

}  // namespace auscult::model
