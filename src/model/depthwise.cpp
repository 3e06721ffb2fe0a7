#include "model/depthwise.hpp"

#include <memory>
#include <utility>

namespace auscult::model {

namespace {

// Sixteen channels, in as many registers as the processor needs for them.
using Lanes [[gnu::vector_size(64), gnu::aligned(4), gnu::may_alias]] = float;
constexpr std::int64_t kLanes = 16;

/// Input sample that tap k of output sample t reads; outside of [0, input_length) it is padding.
[[gnu::always_inline]] inline std::int64_t input_of(const Depthwise& d, std::int64_t t,
                                                    std::int64_t k) {
  return t * d.stride + k * d.dilation - d.pad;
}

[[gnu::always_inline]] inline void convolve_lanes(const Depthwise& d, const float* in, float* out,
                                                  std::int64_t t, std::int64_t first) {
  Lanes sum = *reinterpret_cast<const Lanes*>(d.bias.data() + first);
  for (std::int64_t k = 0; k < d.kernel; ++k) {
    const std::int64_t from = input_of(d, t, k);
    if (from < 0 || from >= d.input_length) continue;
    sum += *reinterpret_cast<const Lanes*>(d.weights.data() + k * d.channels + first) *
           *reinterpret_cast<const Lanes*>(in + from * d.channels + first);
  }
  *reinterpret_cast<Lanes*>(out + t * d.channels + first) = sum > 0 ? sum : sum * d.slope;
}

[[gnu::always_inline]] inline void convolve_one(const Depthwise& d, const float* in, float* out,
                                                std::int64_t t, std::int64_t c) {
  float sum = d.bias[static_cast<std::size_t>(c)];
  for (std::int64_t k = 0; k < d.kernel; ++k) {
    const std::int64_t from = input_of(d, t, k);
    if (from < 0 || from >= d.input_length) continue;
    sum += d.weights[static_cast<std::size_t>(k * d.channels + c)] * in[from * d.channels + c];
  }
  out[t * d.channels + c] = sum > 0 ? sum : d.slope * sum;
}

[[gnu::always_inline]] inline void convolve(const Depthwise& d, const float* in, float* out) {
  for (std::int64_t n = 0; n < d.batch; ++n) {
    for (std::int64_t t = 0; t < d.output_length; ++t) {
      std::int64_t c = 0;
      for (; c + kLanes <= d.channels; c += kLanes) convolve_lanes(d, in, out, t, c);
      for (; c < d.channels; ++c) convolve_one(d, in, out, t, c);
    }
    in += d.input_length * d.channels;
    out += d.output_length * d.channels;
  }
}

// The same code three times over, as the compiler may not use wider vectors than all x86-64 have.
void convolve_default(const Depthwise& d, const float* in, float* out) { convolve(d, in, out); }

[[gnu::target("avx2,fma")]] void convolve_avx2(const Depthwise& d, const float* in, float* out) {
  convolve(d, in, out);
}

[[gnu::target("avx512f")]] void convolve_avx512(const Depthwise& d, const float* in, float* out) {
  convolve(d, in, out);
}

}  // namespace

Kernel depthwise_kernel(Depthwise depthwise) {
  auto function = convolve_default;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) function = convolve_avx2;
  if (__builtin_cpu_supports("avx512f")) function = convolve_avx512;
  return [d = std::make_shared<const Depthwise>(std::move(depthwise)), function](
             const float* const* inputs, float* const* outputs) {
    function(*d, inputs[0], outputs[0]);
  };
}

}  // namespace auscult::model
