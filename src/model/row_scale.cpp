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

void scale(float* values, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; ++i) values[i] *= factor;
}

void scale(std::uint16_t* values, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = to_bf16(from_bf16(values[i]) * factor);
}

/// N, the spatial sizes (H is 1 where there is one only), and C.
struct Sizes {
  std::int64_t n, h, w, c;
  explicit Sizes(const Shape& dims)
      : n(dims[0]), h(dims.size() == 4 ? dims[2] : 1), w(dims.back()), c(dims[1]) {}
};

template <typename Element>
Kernel kernel_of(const Sizes& sizes, const Sizes& factors) {
  // How many neighbours along each dimension a factor stands for.
  const std::int64_t span_n = sizes.n / factors.n;
  const std::int64_t span_h = sizes.h / factors.h;
  const std::int64_t span_w = sizes.w / factors.w;
  return [=](const float* const* inputs, float* const* outputs) {
    auto* values = reinterpret_cast<Element*>(outputs[0]);
    const auto scale_rows = [&](std::int64_t n, std::int64_t h, std::int64_t w, float factor) {
      scale(values + ((n * sizes.h + h) * sizes.w + w) * sizes.c, span_w * sizes.c, factor);
    };
    const float* factor = inputs[1];
    for (std::int64_t n = 0; n < factors.n; ++n) {
      for (std::int64_t h = 0; h < factors.h; ++h) {
        for (std::int64_t w = 0; w < factors.w; ++w, ++factor) {
          if (*factor == 1.0F) continue;  // As most are: all but the padding of a clip.
          for (std::int64_t row = 0; row < span_n * span_h; ++row) {
            scale_rows(n * span_n + row / span_h, h * span_h + row % span_h, w * span_w, *factor);
          }
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
