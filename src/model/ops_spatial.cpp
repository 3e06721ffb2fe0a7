#include <algorithm>

#include "core/limits.hpp"
#include "model/broadcast.hpp"
#include "model/operand_reader.hpp"

namespace auscult::model {

namespace {

using Sizes = std::vector<std::int64_t>;

/// Reads strides, dilations and pads for a window of `kernel`; padding as written, not yet checked
/// against the input.
Result<Geometry> read_geometry(const OperandReader& reader, Sizes kernel) {
  const Node& node = reader.node();
  const std::size_t spatial = kernel.size();
  Result<Sizes> strides = reader.integers("strides", Sizes(spatial, 1));
  if (!strides) return strides.error();
  Result<Sizes> dilations = reader.integers("dilations", Sizes(spatial, 1));
  if (!dilations) return dilations.error();
  Result<Sizes> pads = reader.integers("pads", Sizes(2 * spatial, 0));
  if (!pads) return pads.error();
  const Result<std::string> auto_pad = reader.text("auto_pad", "NOTSET");
  if (!auto_pad) return auto_pad.error();
  if (*auto_pad != "NOTSET" && *auto_pad != "VALID") {
    return refuse(node, "auto_pad '" + *auto_pad + "' is not supported; write the pads out");
  }
  if (*auto_pad == "VALID") pads->assign(2 * spatial, 0);
  if (strides->size() != spatial || dilations->size() != spatial || pads->size() != 2 * spatial) {
    return refuse(node, "strides, dilations or pads do not fit the " + std::to_string(spatial) +
                            " dimensions of the kernel");
  }
  const auto within = [](const Sizes& sizes, std::int64_t low) {
    const auto high = static_cast<std::int64_t>(limits::kMaxTensorElements);
    return std::all_of(sizes.begin(), sizes.end(),
                       [=](std::int64_t size) { return size >= low && size <= high; });
  };
  if (!within(kernel, 1) || !within(*strides, 1) || !within(*dilations, 1) || !within(*pads, 0)) {
    return refuse(node, "a kernel size, stride, dilation or pad is out of bounds");
  }
  const auto middle = pads->begin() + static_cast<std::ptrdiff_t>(spatial);
  return Geometry{std::move(kernel), *std::move(strides), *std::move(dilations),
                  Sizes(pads->begin(), middle), Sizes(middle, pads->end())};
}

/// The spatial sizes of the output. With `ceil` a last window that begins inside counts, and
/// pad_end grows to hold it.
Result<Sizes> output_sizes(const Node& node, const Shape& input, Geometry& geometry, bool ceil) {
  Sizes output;
  for (std::size_t d = 0; d < geometry.kernel.size(); ++d) {
    const std::int64_t size = input[d + 2];
    const std::int64_t reach = (geometry.kernel[d] - 1) * geometry.dilations[d] + 1;
    const std::int64_t room = size + geometry.pad_begin[d] + geometry.pad_end[d] - reach;
    const std::int64_t stride = geometry.strides[d];
    if (room < 0) {
      return refuse(node, "its window of " + std::to_string(reach) + " does not fit the input " +
                              to_string(input));
    }
    std::int64_t count = room / stride + 1;
    if (ceil && room % stride != 0 && count * stride < size + geometry.pad_begin[d]) {
      ++count;
      geometry.pad_end[d] += stride - room % stride;
    }
    output.push_back(count);
  }
  return output;
}

bool is_spatial(const Shape& dims) { return dims.size() == 3 || dims.size() == 4; }

}  // namespace

Result<Plan> plan_conv(const OperandReader& reader) {
  const Node& node = reader.node();
  const Shape& x = reader.dims(0);
  const Shape& w = reader.dims(1);
  if (!reader.input(1).constant || reader.input(1).constant->is_integer) {
    return refuse(node, "the weights must be floats known at load");
  }
  if (!is_spatial(x) || w.size() != x.size()) {
    return refuse(node, "the input " + to_string(x) + " and the weights " + to_string(w) +
                            " must both have three or both have four dimensions");
  }
  const Result<std::int64_t> groups = reader.integer("group", 1);
  if (!groups) return groups.error();
  if (*groups < 1 || x[1] % *groups != 0 || w[0] % *groups != 0 || w[1] != x[1] / *groups) {
    return refuse(node, "the input " + to_string(x) + ", the weights " + to_string(w) + " and " +
                            std::to_string(*groups) + " groups do not fit");
  }
  if (reader.has_input(2)) {
    const Constant& bias = reader.input(2).constant;
    if (!bias || static_cast<std::int64_t>(bias->floats.size()) != w[0]) {
      return refuse(node, "the bias must be " + std::to_string(w[0]) + " floats known at load");
    }
  }
  Sizes kernel(w.begin() + 2, w.end());
  const Result<Sizes> given = reader.integers("kernel_shape", kernel);
  if (!given) return given.error();
  if (*given != kernel) return refuse(node, "kernel_shape and the weights' shape differ");
  Result<Geometry> geometry = read_geometry(reader, std::move(kernel));
  if (!geometry) return geometry.error();
  const Result<Sizes> sizes = output_sizes(node, x, *geometry, false);
  if (!sizes) return sizes.error();
  const bool depthwise_1d = x.size() == 3 && *groups > 1 && x[1] == *groups && w[0] == *groups;
  Shape output{x[0], w[0]};
  output.insert(output.end(), sizes->begin(), sizes->end());
  return Plan{{std::move(output)}, Convolution{*std::move(geometry), *groups, depthwise_1d}};
}

Result<Plan> plan_band_powers(const OperandReader& reader) {
  const Shape& x = reader.dims(0);
  Result<Sizes> kernel = reader.integers("kernel_shape", {});
  if (!kernel) return kernel.error();
  const std::int64_t taps = reader.dims(1)[1] + reader.dims(2)[1];
  if (x.size() != 3 || x[1] * (*kernel)[0] != taps) {
    return refuse(reader.node(), "the input " + to_string(x) + " does not fit filters of " +
                                     std::to_string(taps) + " weights");
  }
  Result<Geometry> geometry = read_geometry(reader, *std::move(kernel));
  if (!geometry) return geometry.error();
  const Result<Sizes> sizes = output_sizes(reader.node(), x, *geometry, false);
  if (!sizes) return sizes.error();
  return Plan{{{x[0], reader.dims(3)[0], (*sizes)[0]}}, BandPowers{*std::move(geometry)}};
}

Result<Plan> plan_pool(const OperandReader& reader) {
  const Node& node = reader.node();
  const Shape& x = reader.dims(0);
  Result<Sizes> kernel = reader.integers("kernel_shape", {});
  if (!kernel) return kernel.error();
  if (!is_spatial(x) || kernel->size() + 2 != x.size()) {
    return refuse(node, "the input " + to_string(x) +
                            " must have two dimensions and those of the "
                            "kernel, of which one or two are supported");
  }
  const Result<std::int64_t> ceil = reader.integer("ceil_mode", 0);
  if (!ceil) return ceil.error();
  const Result<std::int64_t> count_pad = reader.integer("count_include_pad", 0);
  if (!count_pad) return count_pad.error();
  const Result<std::int64_t> storage_order = reader.integer("storage_order", 0);
  if (!storage_order) return storage_order.error();
  Result<Geometry> geometry = read_geometry(reader, *std::move(kernel));
  if (!geometry) return geometry.error();
  if (*storage_order != 0 || std::any_of(geometry->dilations.begin(), geometry->dilations.end(),
                                         [](std::int64_t dilation) { return dilation != 1; })) {
    return refuse(node, "dilations and storage_order are not supported");
  }
  for (std::size_t d = 0; d < geometry->kernel.size(); ++d) {
    if (std::max(geometry->pad_begin[d], geometry->pad_end[d]) >= geometry->kernel[d]) {
      return refuse(node, "a pad is not smaller than the kernel");
    }
  }
  if (*count_pad != 0 && *ceil != 0) {
    return refuse(node, "count_include_pad together with ceil_mode is not supported");
  }
  const Result<Sizes> sizes = output_sizes(node, x, *geometry, *ceil != 0);
  if (!sizes) return sizes.error();
  Shape output{x[0], x[1]};
  output.insert(output.end(), sizes->begin(), sizes->end());
  dnnl::algorithm algorithm = dnnl::algorithm::pooling_max;
  if (node.op == "AveragePool") {
    algorithm = *count_pad != 0 ? dnnl::algorithm::pooling_avg_include_padding
                                : dnnl::algorithm::pooling_avg_exclude_padding;
  }
  return Plan{{std::move(output)}, Pooling{*std::move(geometry), algorithm}};
}

Result<Plan> plan_matmul(const OperandReader& reader) {
  Shape a = reader.dims(0);
  Shape b = reader.dims(1);
  const Error misfit = refuse(reader.node(), "the shapes " + to_string(a) + " and " + to_string(b) +
                                                 " cannot be multiplied");
  if (a.empty() || b.empty()) return misfit;
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), 1);
  if (column) b.push_back(1);
  const std::size_t rank = std::max(a.size(), b.size());
  a.insert(a.begin(), rank - a.size(), 1);
  b.insert(b.begin(), rank - b.size(), 1);
  const std::optional<Shape> batch =
      broadcast_shape(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (!batch || a[rank - 1] != b[rank - 2]) return misfit;
  Shape product = *batch;
  product.push_back(a[rank - 2]);
  product.push_back(b[rank - 1]);
  Shape output = product;
  if (column) output.pop_back();
  if (row) output.erase(output.end() - (column ? 1 : 2));
  return Plan{{std::move(output)}, Product{std::move(a), std::move(b), std::move(product)}};
}

}  // namespace auscult::model
