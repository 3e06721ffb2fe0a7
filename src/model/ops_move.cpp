#include <algorithm>
#include <numeric>
#include <utility>

#include "model/broadcast.hpp"
#include "model/operand_reader.hpp"
#include "model/strided_copy.hpp"

namespace auscult::model {

namespace {

/// Input 0's block that begins at from.offset, as output 0; no copy where it is one stretch.
Plan gather_block(Shape output, const StridedCopy::Side& from) {
  const StridedCopy copy(output, from, {0, dense_strides(output)});
  if (copy.is_contiguous()) {
    return Plan{{std::move(output)}, View{{static_cast<std::size_t>(from.offset)}}};
  }
  return loop_plan(std::move(output), [copy](const float* const* inputs, float* const* outputs) {
    copy.run(inputs[0], outputs[0]);
  });
}

/// Whether the dimensions of [N, C, spatial...] are taken in the order N, spatial..., C.
bool is_to_channels_last(const std::vector<std::size_t>& sources) {
  if (sources.size() < 3 || sources.front() != 0 || sources.back() != 1) return false;
  return std::is_sorted(sources.begin(), sources.end() - 1);
}

/// The parameters of Slice, one entry for each axis that is cut.
struct Cuts {
  std::vector<std::int64_t> starts, ends, axes, steps;
};

Result<Cuts> read_cuts(const OperandReader& reader) {
  Result<std::vector<std::int64_t>> starts = reader.attribute_or_input("starts", 1, {});
  if (!starts) return starts.error();
  Result<std::vector<std::int64_t>> ends = reader.attribute_or_input("ends", 2, {});
  if (!ends) return ends.error();
  std::vector<std::int64_t> all(starts->size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  Result<std::vector<std::int64_t>> axes = reader.attribute_or_input("axes", 3, std::move(all));
  if (!axes) return axes.error();
  std::vector<std::int64_t> steps(starts->size(), 1);
  if (reader.has_input(4)) {
    Result<std::vector<std::int64_t>> given = reader.constant_integers(4);
    if (!given) return given.error();
    steps = *std::move(given);
  }
  const std::size_t count = starts->size();
  if (ends->size() != count || axes->size() != count || steps.size() != count) {
    return refuse(reader.node(), "starts, ends, axes and steps differ in number");
  }
  return Cuts{*std::move(starts), *std::move(ends), *std::move(axes), std::move(steps)};
}

}  // namespace

Result<Plan> plan_transpose(const OperandReader& reader) {
  const Shape& dims = reader.dims(0);
  std::vector<std::int64_t> order(dims.size());
  std::iota(order.rbegin(), order.rend(), std::int64_t{0});
  Result<std::vector<std::int64_t>> given = reader.integers("perm", std::move(order));
  if (!given) return given.error();
  const Result<std::vector<std::size_t>> sorted = reader.checked_axes(*given, reader.rank(0));
  if (!sorted) return sorted.error();
  if (sorted->size() != dims.size()) return refuse(reader.node(), "perm does not fit the input");
  const std::vector<std::ptrdiff_t> strides = dense_strides(dims);
  Shape output;
  StridedCopy::Side from;
  std::vector<std::size_t> sources;
  for (const std::int64_t axis : *given) {
    const auto source = static_cast<std::size_t>(axis < 0 ? axis + reader.rank(0) : axis);
    sources.push_back(source);
    output.push_back(dims[source]);
    from.strides.push_back(strides[source]);
  }
  Plan plan = gather_block(std::move(output), from);
  if (auto* loop = std::get_if<Loop>(&plan.work)) {
    loop->is_to_channels_last = is_to_channels_last(sources);
  }
  return plan;
}

Result<Plan> plan_slice(const OperandReader& reader) {
  const Result<Cuts> cuts = read_cuts(reader);
  if (!cuts) return cuts.error();
  if (Result<std::vector<std::size_t>> axes = reader.checked_axes(cuts->axes, reader.rank(0));
      !axes) {
    return axes.error();
  }
  Shape output = reader.dims(0);
  StridedCopy::Side from{0, dense_strides(output)};
  for (std::size_t i = 0; i < cuts->axes.size(); ++i) {
    const std::int64_t axis = cuts->axes[i];
    const auto d = static_cast<std::size_t>(axis < 0 ? axis + reader.rank(0) : axis);
    const std::int64_t size = reader.dims(0)[d];
    const std::int64_t step = cuts->steps[i];
    if (step == 0) return refuse(reader.node(), "a step is 0");
    // A step over the whole axis takes one element, however long it is.
    const std::int64_t reach = std::max<std::int64_t>(size, 1);
    const std::int64_t stride = std::clamp(step, -reach, reach);
    const std::int64_t low = step > 0 ? 0 : -1;
    const std::int64_t high = step > 0 ? size : size - 1;
    const auto place = [&](std::int64_t at) {
      return std::clamp(at < 0 ? at + size : at, low, high);
    };
    const std::int64_t start = std::clamp(place(cuts->starts[i]), std::int64_t{0}, high);
    const std::int64_t end = place(cuts->ends[i]);
    const std::int64_t span = step > 0 ? end - start : start - end;
    const std::int64_t pace = step > 0 ? stride : -stride;
    output[d] = span <= 0 ? 0 : (span + pace - 1) / pace;
    from.offset += static_cast<std::ptrdiff_t>(start) * from.strides[d];
    from.strides[d] *= static_cast<std::ptrdiff_t>(stride);
  }
  return gather_block(std::move(output), from);
}

Result<Plan> plan_split(const OperandReader& reader) {
  const Result<std::int64_t> given_axis = reader.integer("axis", 0);
  if (!given_axis) return given_axis.error();
  const Result<std::size_t> axis = reader.checked_axis(*given_axis, reader.rank(0));
  if (!axis) return axis.error();
  const Shape& dims = reader.dims(0);
  const std::int64_t size = dims[*axis];
  const auto count = static_cast<std::int64_t>(reader.node().outputs.size());
  const std::int64_t chunk = (size + count - 1) / count;
  std::vector<std::int64_t> even(static_cast<std::size_t>(count), chunk);
  even.back() = size - chunk * (count - 1);
  const Result<std::vector<std::int64_t>> sizes =
      reader.attribute_or_input("split", 1, std::move(even));
  if (!sizes) return sizes.error();
  if (static_cast<std::int64_t>(sizes->size()) != count ||
      std::any_of(sizes->begin(), sizes->end(),
                  [size](std::int64_t part) { return part < 1 || part > size; }) ||
      std::accumulate(sizes->begin(), sizes->end(), std::int64_t{0}) != size) {
    return refuse(reader.node(),
                  "the parts do not make up the " + std::to_string(size) + " elements of the axis");
  }
  const std::vector<std::ptrdiff_t> strides = dense_strides(dims);
  Plan plan;
  View view;
  std::vector<StridedCopy> copies;
  std::ptrdiff_t offset = 0;
  for (const std::int64_t part : *sizes) {
    Shape output = dims;
    output[*axis] = part;
    copies.emplace_back(output, StridedCopy::Side{offset, strides},
                        StridedCopy::Side{0, dense_strides(output)});
    view.offsets.push_back(static_cast<std::size_t>(offset));
    offset += static_cast<std::ptrdiff_t>(part) * strides[*axis];
    plan.outputs.push_back(std::move(output));
  }
  if (std::all_of(copies.begin(), copies.end(),
                  [](const StridedCopy& copy) { return copy.is_contiguous(); })) {
    plan.work = std::move(view);
    return plan;
  }
  plan.work =
      Loop{.run = [copies = std::move(copies)](const float* const* inputs, float* const* outputs) {
        for (std::size_t i = 0; i < copies.size(); ++i) {
          if (outputs[i] != nullptr) copies[i].run(inputs[0], outputs[i]);
        }
      }};
  return plan;
}

Result<Plan> plan_concat(const OperandReader& reader) {
  const Result<std::int64_t> given_axis = reader.integer("axis", 0);
  if (!given_axis) return given_axis.error();
  const Result<std::size_t> axis = reader.checked_axis(*given_axis, reader.rank(0));
  if (!axis) return axis.error();
  Shape output = reader.dims(0);
  output[*axis] = 0;
  for (std::size_t i = 0; i < reader.input_count(); ++i) {
    Shape dims = reader.dims(i);
    if (!reader.has_input(i) || dims.size() != output.size()) {
      return refuse(reader.node(), "its inputs differ in their number of dimensions");
    }
    output[*axis] += std::exchange(dims[*axis], output[*axis]);
    dims[*axis] = output[*axis];
    if (dims != output) {
      return refuse(reader.node(), "its inputs differ in another dimension than the axis");
    }
  }
  std::vector<StridedCopy> copies;
  std::ptrdiff_t offset = 0;
  const std::vector<std::ptrdiff_t> strides = dense_strides(output);
  for (std::size_t i = 0; i < reader.input_count(); ++i) {
    const Shape& dims = reader.dims(i);
    copies.emplace_back(dims, StridedCopy::Side{0, dense_strides(dims)},
                        StridedCopy::Side{offset, strides});
    offset += static_cast<std::ptrdiff_t>(dims[*axis]) * strides[*axis];
  }
  return loop_plan(std::move(output),
                   [copies = std::move(copies)](const float* const* inputs, float* const* outputs) {
                     for (std::size_t i = 0; i < copies.size(); ++i)
                       copies[i].run(inputs[i], outputs[0]);
                   });
}

Result<Plan> plan_pad(const OperandReader& reader) {
  const Result<std::string> mode = reader.text("mode", "constant");
  if (!mode) return mode.error();
  if (*mode != "constant" || reader.has_input(3)) {
    return refuse(reader.node(), "only the mode 'constant' over all axes is supported");
  }
  Result<float> value = reader.real("value", 0);
  if (reader.has_input(2)) value = reader.constant_real(2);
  if (!value) return value.error();
  const Result<std::vector<std::int64_t>> pads = reader.attribute_or_input("pads", 1, {});
  if (!pads) return pads.error();
  const Shape& dims = reader.dims(0);
  if (pads->size() != 2 * dims.size()) {
    return refuse(reader.node(), "needs two pads for each dimension of " + to_string(dims));
  }
  // A negative pad cuts: the block that is kept, its place in the input and in the output.
  Shape output;
  Shape block;
  StridedCopy::Side from{0, dense_strides(dims)};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const std::int64_t before = (*pads)[d];
    const std::int64_t after = (*pads)[d + dims.size()];
    const auto bound = static_cast<std::int64_t>(limits::kMaxTensorElements);
    const std::int64_t cut_before = before < 0 ? -std::max(before, -bound) : 0;
    const std::int64_t cut_after = after < 0 ? -std::max(after, -bound) : 0;
    if (before > bound || after > bound || cut_before + cut_after >= dims[d]) {
      return refuse(reader.node(),
                    "the pads " + to_string(*pads) + " do not fit the shape " + to_string(dims));
    }
    block.push_back(dims[d] - cut_before - cut_after);
    output.push_back(block.back() + std::max<std::int64_t>(before, 0) +
                     std::max<std::int64_t>(after, 0));
    from.offset += static_cast<std::ptrdiff_t>(cut_before) * from.strides[d];
  }
  const Result<std::size_t> count = checked_element_count(output);
  if (!count) return refuse(reader.node(), count.error().message);
  StridedCopy::Side to{0, dense_strides(output)};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    to.offset += static_cast<std::ptrdiff_t>(std::max<std::int64_t>((*pads)[d], 0)) * to.strides[d];
  }
  return loop_plan(std::move(output),
                   [copy = StridedCopy(block, from, to), count = *count, fill = *value](
                       const float* const* inputs, float* const* outputs) {
                     std::fill(outputs[0], outputs[0] + count, fill);
                     copy.run(inputs[0], outputs[0]);
                   });
}

Result<Plan> plan_gather(const OperandReader& reader) {
  const Result<std::int64_t> given_axis = reader.integer("axis", 0);
  if (!given_axis) return given_axis.error();
  const Result<std::size_t> axis = reader.checked_axis(*given_axis, reader.rank(0));
  if (!axis) return axis.error();
  const Result<std::vector<std::int64_t>> given = reader.constant_integers(1);
  if (!given) return given.error();
  const Shape& dims = reader.dims(0);
  std::vector<std::size_t> indices;
  for (const std::int64_t index : *given) {
    const Result<std::size_t> checked = reader.checked_axis(index, dims[*axis]);
    if (!checked)
      return refuse(reader.node(), "the index " + std::to_string(index) + " is out of bounds");
    indices.push_back(*checked);
  }
  const auto at = static_cast<std::ptrdiff_t>(*axis);
  Shape output(dims.begin(), dims.begin() + at);
  output.insert(output.end(), reader.dims(1).begin(), reader.dims(1).end());
  output.insert(output.end(), dims.begin() + at + 1, dims.end());
  const std::size_t outer = element_count(Shape(dims.begin(), dims.begin() + at));
  const std::size_t inner = element_count(Shape(dims.begin() + at + 1, dims.end()));
  const auto size = static_cast<std::size_t>(dims[*axis]);
  return loop_plan(std::move(output), [=, indices = std::move(indices)](const float* const* inputs,
                                                                        float* const* outputs) {
    float* out = outputs[0];
    for (std::size_t block = 0; block < outer; ++block) {
      for (const std::size_t index : indices) {
        const float* in = inputs[0] + (block * size + index) * inner;
        out = std::copy(in, in + inner, out);
      }
    }
  });
}

Result<Plan> plan_expand(const OperandReader& reader) {
  const Result<std::vector<std::int64_t>> shape = reader.constant_integers(1);
  if (!shape) return shape.error();
  std::optional<Shape> output = broadcast_shape(reader.dims(0), *shape);
  if (!output) {
    return refuse(reader.node(),
                  to_string(reader.dims(0)) + " does not expand to " + to_string(*shape));
  }
  if (const Result<std::size_t> count = checked_element_count(*output); !count) {
    return refuse(reader.node(), count.error().message);
  }
  const std::vector<std::ptrdiff_t> strides = dense_strides(reader.dims(0));
  StridedCopy::Side from{0, std::vector<std::ptrdiff_t>(output->size(), 0)};
  const std::size_t missing = output->size() - strides.size();
  for (std::size_t d = 0; d < strides.size(); ++d) {
    if (reader.dims(0)[d] != 1) from.strides[missing + d] = strides[d];
  }
  return gather_block(*std::move(output), from);
}

}  // namespace auscult::model
