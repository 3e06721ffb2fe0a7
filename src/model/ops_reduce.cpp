#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "model/operand_reader.hpp"
#include "model/reduce_run.hpp"

namespace auscult::model {

namespace {

/// A dimension of the input: its size, whether it is reduced, and its stride in the output.
struct Dimension {
  std::size_t size = 1;
  bool reduced = false;
  std::size_t output_stride = 0;
};

/// The dimensions of `dims`, outermost first, neighbours of one kind merged.
std::vector<Dimension> merge_dimensions(const Shape& dims, const std::vector<std::size_t>& axes) {
  std::vector<Dimension> merged;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const bool reduced = std::find(axes.begin(), axes.end(), d) != axes.end();
    const auto size = static_cast<std::size_t>(dims[d]);
    if (size == 1) continue;
    if (!merged.empty() && merged.back().reduced == reduced) {
      merged.back().size *= size;
    } else {
      merged.push_back({size, reduced, 0});
    }
  }
  if (merged.empty()) merged.push_back({1, false, 0});
  std::size_t stride = 1;
  for (std::size_t d = merged.size(); d-- > 0;) {
    if (merged[d].reduced) continue;
    merged[d].output_stride = stride;
    stride *= merged[d].size;
  }
  return merged;
}

template <typename Join>
// NOLINTNEXTLINE(misc-no-recursion): as deep as a tensor has dimensions
void reduce_level(const Dimension* level, std::size_t levels, const float*& in, float* out) {
  if (levels == 1) {
    if (level->reduced) {
      Join::join(*out, reduce_run<Join>(in, level->size));
    } else {
      for (std::size_t i = 0; i < level->size; ++i) Join::join(out[i], in[i]);
    }
    in += level->size;
    return;
  }
  for (std::size_t i = 0; i < level->size; ++i) {
    reduce_level<Join>(level + 1, levels - 1, in, out + i * level->output_stride);
  }
}

template <typename Join>
Kernel reduce_kernel(const Shape& dims, const std::vector<std::size_t>& axes,
                     std::size_t output_count, float factor) {
  return [levels = merge_dimensions(dims, axes), output_count, factor](const float* const* inputs,
                                                                       float* const* outputs) {
    const float* in = inputs[0];
    float* out = outputs[0];
    std::fill(out, out + output_count, Join::kStart);
    reduce_level<Join>(levels.data(), levels.size(), in, out);
    if (factor != 1.0F) {
      for (std::size_t i = 0; i < output_count; ++i) out[i] *= factor;
    }
  };
}

Plan reduce_plan(const std::string& op, const Shape& dims, const std::vector<std::size_t>& axes,
                 bool keep_dims) {
  Shape output;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const bool reduced = std::find(axes.begin(), axes.end(), d) != axes.end();
    if (!reduced) output.push_back(dims[d]);
    if (reduced && keep_dims) output.push_back(1);
  }
  const std::size_t count = element_count(output);
  const float mean_factor = static_cast<float>(count) / static_cast<float>(element_count(dims));
  Kernel kernel;
  if (op == "ReduceMax" || op == "GlobalMaxPool") {
    kernel = reduce_kernel<Maximum>(dims, axes, count, 1);
  } else if (op == "ReduceMin") {
    kernel = reduce_kernel<Minimum>(dims, axes, count, 1);
  } else {
    kernel = reduce_kernel<Sum>(dims, axes, count, op == "ReduceSum" ? 1 : mean_factor);
  }
  return loop_plan(std::move(output), std::move(kernel));
}

}  // namespace

Result<Plan> plan_reduce(const OperandReader& reader) {
  const Result<std::vector<std::int64_t>> given = reader.attribute_or_input("axes", 1, {});
  if (!given) return given.error();
  const Result<std::int64_t> keep_dims = reader.integer("keepdims", 1);
  if (!keep_dims) return keep_dims.error();
  const Result<std::int64_t> noop = reader.integer("noop_with_empty_axes", 0);
  if (!noop) return noop.error();
  if (given->empty() && *noop != 0) return plan_identity(reader);
  Result<std::vector<std::size_t>> axes = reader.checked_axes(*given, reader.rank(0));
  if (!axes) return axes.error();
  if (axes->empty()) {
    axes->resize(reader.dims(0).size());
    std::iota(axes->begin(), axes->end(), std::size_t{0});
  }
  return reduce_plan(reader.node().op, reader.dims(0), *axes, *keep_dims != 0);
}

Result<Plan> plan_global_pool(const OperandReader& reader) {
  if (reader.rank(0) < 3) return refuse(reader.node(), "needs an input [N, C, spatial...]");
  std::vector<std::size_t> axes(reader.dims(0).size() - 2);
  std::iota(axes.begin(), axes.end(), std::size_t{2});
  return reduce_plan(reader.node().op, reader.dims(0), axes, true);
}

Result<Plan> plan_softmax(const OperandReader& reader) {
  // Before operator set 13 all dimensions from `axis` on are taken as one.
  const bool joint = reader.opset() < 13;
  const Result<std::int64_t> given = reader.integer("axis", joint ? 1 : -1);
  if (!given) return given.error();
  const Result<std::size_t> axis = reader.checked_axis(*given, reader.rank(0));
  if (!axis) return axis.error();
  const Shape& dims = reader.dims(0);
  std::size_t outer = 1;
  std::size_t inner = 1;
  for (std::size_t d = 0; d < *axis; ++d) outer *= static_cast<std::size_t>(dims[d]);
  for (std::size_t d = *axis + 1; d < dims.size(); ++d) inner *= static_cast<std::size_t>(dims[d]);
  auto size = static_cast<std::size_t>(dims[*axis]);
  if (joint) size *= std::exchange(inner, 1);
  return loop_plan(dims, [=](const float* const* inputs, float* const* outputs) {
    for (std::size_t block = 0; block < outer * inner; ++block) {
      const std::size_t start = block / inner * inner * size + block % inner;
      const float* in = inputs[0] + start;
      float* out = outputs[0] + start;
      float largest = in[0];
      for (std::size_t i = 1; i < size; ++i) largest = std::max(largest, in[i * inner]);
      float sum = 0;
      for (std::size_t i = 0; i < size; ++i) {
        out[i * inner] = std::exp(in[i * inner] - largest);
        sum += out[i * inner];
      }
      for (std::size_t i = 0; i < size; ++i) out[i * inner] /= sum;
    }
  });
}

}  // namespace auscult::model
