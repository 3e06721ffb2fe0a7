#include "model/pool.hpp"

#include <algorithm>

#include "model/reduce_run.hpp"

namespace auscult::model {

namespace {

/// Along one dimension.
struct Window {
  std::int64_t input = 1;
  std::int64_t output = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t pad = 0;

  [[nodiscard]] std::int64_t begin(std::int64_t at) const {
    return std::max<std::int64_t>(at * stride - pad, 0);
  }
  [[nodiscard]] std::int64_t end(std::int64_t at) const {
    return std::min(at * stride - pad + kernel, input);
  }
};

template <typename Join>
void pool_plane(const Window& rows, const Window& columns, bool is_mean, bool counts_pads,
                const float* in, float* out) {
  for (std::int64_t y = 0; y < rows.output; ++y) {
    for (std::int64_t x = 0; x < columns.output; ++x) {
      const std::int64_t width = columns.end(x) - columns.begin(x);
      float value = Join::kStart;
      for (std::int64_t row = rows.begin(y); row < rows.end(y); ++row) {
        const float* run = in + row * columns.input + columns.begin(x);
        Join::join(value, reduce_run<Join>(run, static_cast<std::size_t>(width)));
      }
      const std::int64_t count =
          counts_pads ? rows.kernel * columns.kernel : width * (rows.end(y) - rows.begin(y));
      *out++ = is_mean ? value / static_cast<float>(count) : value;
    }
  }
}

}  // namespace

Kernel pool_kernel(const Pooling& pooling, const Shape& input, const Shape& output) {
  const Geometry& geometry = pooling.geometry;
  const auto window = [&](std::size_t d) {
    return Window{input[d + 2], output[d + 2], geometry.kernel[d], geometry.strides[d],
                  geometry.pad_begin[d]};
  };
  const Window columns = window(geometry.kernel.size() - 1);
  const Window rows = geometry.kernel.size() == 2 ? window(0) : Window{};
  const bool is_max = pooling.algorithm == dnnl::algorithm::pooling_max;
  const bool counts_pads = pooling.algorithm == dnnl::algorithm::pooling_avg_include_padding;
  const std::int64_t planes = input[0] * input[1];
  return [=](const float* const* inputs, float* const* outputs) {
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      const float* in = inputs[0] + plane * rows.input * columns.input;
      float* out = outputs[0] + plane * rows.output * columns.output;
      if (is_max) {
        pool_plane<Maximum>(rows, columns, false, false, in, out);
      } else {
        pool_plane<Sum>(rows, columns, true, counts_pads, in, out);
      }
    }
  };
}

}  // namespace auscult::model
