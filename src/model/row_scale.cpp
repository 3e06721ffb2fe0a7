#include "model/row_scale.hpp"

#include <bit>
#include <cstdint>

namespace auscult::model {

namespace {

// bf16 is the upper half of f32; rounding is to the nearest, ties to even.
float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

void scale(float* row, std::int64_t channels, float factor) {
  for (std::int64_t c = 0; c < channels; ++c) row[c] *= factor;
}

void scale(std::uint16_t* row, std::int64_t channels, float factor) {
  for (std::int64_t c = 0; c < channels; ++c) row[c] = to_bf16(from_bf16(row[c]) * factor);
}

/// N, the spatial sizes (H is 1 where there is one only), and C.
struct Sizes {
  std::int64_t n, h, w, c;
  explicit Sizes(const Shape& dims)
      : n(dims[0]), h(dims.size() == 4 ? dims[2] : 1), w(dims.back()), c(dims[1]) {}
};

template <typename Element>
Kernel kernel_of(const Sizes& sizes, const Sizes& factors) {
  const std::int64_t step_w = factors.w == 1 ? 0 : 1;
  const std::int64_t step_h = factors.h == 1 ? 0 : factors.w;
  const std::int64_t step_n = factors.n == 1 ? 0 : factors.h * factors.w;
  return [=](const float* const* inputs, float* const* outputs) {
    auto* row = reinterpret_cast<Element*>(outputs[0]);
    for (std::int64_t n = 0; n < sizes.n; ++n) {
      for (std::int64_t h = 0; h < sizes.h; ++h) {
        const float* factor = inputs[1] + n * step_n + h * step_h;
        for (std::int64_t w = 0; w < sizes.w; ++w, factor += step_w, row += sizes.c) {
          if (*factor != 1.0F) scale(row, sizes.c, *factor);
        }
      }
    }
  };
}

}  // namespace

dnnl::memory::desc channels_last(const Shape& dims, dnnl::memory::data_type type) {
  Shape strides(dims.size());
  std::int64_t stride = dims[1];
  for (std::size_t d = dims.size(); d-- > 2;) {
    strides[d] = stride;
    stride *= dims[d];
  }
  strides[1] = 1;
  strides[0] = stride;
  return {dims, type, strides};
}

Kernel row_scale_kernel(const Shape& dims, const Shape& factors, dnnl::memory::data_type type) {
  if (type == dnnl::memory::data_type::bf16) {
    return kernel_of<std::uint16_t>(Sizes(dims), Sizes(factors));
  }
  return kernel_of<float>(Sizes(dims), Sizes(factors));
}

}  // namespace auscult::model
