#include <onnx/onnx_pb.h>

#include <algorithm>

#include "model/operand_reader.hpp"

namespace auscult::model {

namespace {

Plan view_plan(Shape output) { return Plan{{std::move(output)}, View{{0}}}; }

}  // namespace

Result<Plan> plan_identity(const OperandReader& reader) {
  // Dropout's third input asks for training.
  if (reader.node().op == "Dropout" && reader.has_input(2)) {
    const Result<std::vector<std::int64_t>> training = reader.constant_integers(2);
    if (!training) return training.error();
    if (std::any_of(training->begin(), training->end(), [](std::int64_t on) { return on != 0; })) {
      return refuse(reader.node(), "training mode is not supported");
    }
  }
  return view_plan(reader.dims(0));
}

Result<Plan> plan_cast(const OperandReader& reader) {
  // Of f32 to f32; constants of other types are folded before this.
  const Result<std::int64_t> to = reader.integer("to", 0);
  if (!to) return to.error();
  if (*to != onnx::TensorProto::FLOAT) {
    return refuse(reader.node(), "values computed from samples can be cast to float only");
  }
  return view_plan(reader.dims(0));
}

Result<Plan> plan_reshape(const OperandReader& reader) {
  const Result<std::vector<std::int64_t>> shape = reader.constant_integers(1);
  if (!shape) return shape.error();
  const Result<std::int64_t> allow_zero = reader.integer("allowzero", 0);
  if (!allow_zero) return allow_zero.error();
  const Shape& dims = reader.dims(0);
  const Error misfit =
      refuse(reader.node(), "cannot give " + to_string(dims) + " the shape " + to_string(*shape));
  Shape output = *shape;
  std::optional<std::size_t> open;
  for (std::size_t d = 0; d < output.size(); ++d) {
    if (output[d] == 0 && *allow_zero == 0) {
      if (d >= dims.size()) return misfit;
      output[d] = dims[d];
    }
    if (output[d] == -1) {
      if (open) return misfit;
      open = d;
      output[d] = 1;
    }
  }
  const Result<std::size_t> known = checked_element_count(output);
  if (!known || *known == 0) return misfit;
  const std::size_t count = element_count(dims);
  if (open) output[*open] = static_cast<std::int64_t>(count / *known);
  if (element_count(output) != count) return misfit;
  return view_plan(std::move(output));
}

Result<Plan> plan_flatten(const OperandReader& reader) {
  const Result<std::int64_t> given = reader.integer("axis", 1);
  if (!given) return given.error();
  const Shape& dims = reader.dims(0);
  std::size_t axis = dims.size();  // Which is allowed here.
  if (*given != reader.rank(0)) {
    const Result<std::size_t> checked = reader.checked_axis(*given, reader.rank(0));
    if (!checked) return checked.error();
    axis = *checked;
  }
  const std::size_t outer =
      element_count(Shape(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(axis)));
  const std::size_t inner = element_count(dims) / outer;
  return view_plan({static_cast<std::int64_t>(outer), static_cast<std::int64_t>(inner)});
}

Result<Plan> plan_squeeze(const OperandReader& reader) {
  const Shape& dims = reader.dims(0);
  std::vector<std::int64_t> all;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) all.push_back(static_cast<std::int64_t>(d));
  }
  const Result<std::vector<std::int64_t>> given =
      reader.attribute_or_input("axes", 1, std::move(all));
  if (!given) return given.error();
  const Result<std::vector<std::size_t>> axes = reader.checked_axes(*given, reader.rank(0));
  if (!axes) return axes.error();
  Shape output;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (!std::binary_search(axes->begin(), axes->end(), d)) {
      output.push_back(dims[d]);
    } else if (dims[d] != 1) {
      return refuse(reader.node(),
                    "dimension " + std::to_string(d) + " of " + to_string(dims) + " is not 1");
    }
  }
  return view_plan(std::move(output));
}

Result<Plan> plan_unsqueeze(const OperandReader& reader) {
  const Result<std::vector<std::int64_t>> given = reader.attribute_or_input("axes", 1, {});
  if (!given) return given.error();
  const std::int64_t rank = reader.rank(0) + static_cast<std::int64_t>(given->size());
  const Result<std::vector<std::size_t>> axes = reader.checked_axes(*given, rank);
  if (!axes) return axes.error();
  Shape output = reader.dims(0);
  for (const std::size_t axis : *axes) {
    output.insert(output.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  return view_plan(std::move(output));
}

}  // namespace auscult::model
