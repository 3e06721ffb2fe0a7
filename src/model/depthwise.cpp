#include "model/depthwise.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace auscult::model {

namespace {

// Channels side by side, as many as one register of a processor holds. A vector that is wider than
// that would go through memory at each step. In structs, since the type by itself, as an argument
// of a template, would lose its attributes.
struct Wide4 {
  using Lanes [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = float;
};
struct Wide8 {
  using Lanes [[gnu::vector_size(32), gnu::aligned(4), gnu::may_alias]] = float;
};
struct Wide16 {
  using Lanes [[gnu::vector_size(64), gnu::aligned(4), gnu::may_alias]] = float;
};

/// The taps [begin, end) of an output sample that lie inside the input; the others see padding.
struct Taps {
  std::int64_t first_input;  ///< The sample that tap 0 would read.
  std::int64_t begin;
  std::int64_t end;
};

[[gnu::always_inline]] inline Taps taps_of(const Depthwise& d, std::int64_t t) {
  Taps taps{t * d.stride - d.pad, 0, d.kernel};
  while (taps.begin < taps.end && taps.first_input + taps.begin * d.dilation < 0) ++taps.begin;
  while (taps.end > taps.begin &&
         taps.first_input + (taps.end - 1) * d.dilation >= d.input_length) {
    --taps.end;
  }
  return taps;
}

/// kSums registers of channels from `first` on, so that as many sums are under way at a time.
template <typename Width, std::size_t kSums>
[[gnu::always_inline]] inline void convolve_lanes(const Depthwise& d, const Taps& taps,
                                                  const float* in, float* out, std::int64_t first) {
  using Lanes = typename Width::Lanes;
  constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(float);
  Lanes sums[kSums];  // NOLINT(modernize-avoid-c-arrays): std::array would lose the attributes
  for (std::size_t i = 0; i < kSums; ++i) {
    sums[i] = *reinterpret_cast<const Lanes*>(d.bias.data() + first + i * kLanes);
  }
  for (std::int64_t k = taps.begin; k < taps.end; ++k) {
    const float* weights = d.weights.data() + k * d.channels + first;
    const float* samples = in + (taps.first_input + k * d.dilation) * d.channels + first;
    for (std::size_t i = 0; i < kSums; ++i) {
      sums[i] += *reinterpret_cast<const Lanes*>(weights + i * kLanes) *
                 *reinterpret_cast<const Lanes*>(samples + i * kLanes);
    }
  }
  for (std::size_t i = 0; i < kSums; ++i) {
    *reinterpret_cast<Lanes*>(out + first + i * kLanes) = sums[i] > 0 ? sums[i] : sums[i] * d.slope;
  }
}

[[gnu::always_inline]] inline void convolve_one(const Depthwise& d, const Taps& taps,
                                                const float* in, float* out, std::int64_t c) {
  float sum = d.bias[static_cast<std::size_t>(c)];
  for (std::int64_t k = taps.begin; k < taps.end; ++k) {
    sum += d.weights[static_cast<std::size_t>(k * d.channels + c)] *
           in[(taps.first_input + k * d.dilation) * d.channels + c];
  }
  out[c] = sum > 0 ? sum : d.slope * sum;
}

template <typename Width>
[[gnu::always_inline]] inline void convolve(const Depthwise& d, const float* in, float* out) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(typename Width::Lanes) / sizeof(float));
  for (std::int64_t n = 0; n < d.batch; ++n) {
    for (std::int64_t t = 0; t < d.output_length; ++t, out += d.channels) {
      const Taps taps = taps_of(d, t);
      std::int64_t c = 0;
      for (; c + 4 * kLanes <= d.channels; c += 4 * kLanes) {
        convolve_lanes<Width, 4>(d, taps, in, out, c);
      }
      for (; c + kLanes <= d.channels; c += kLanes) convolve_lanes<Width, 1>(d, taps, in, out, c);
      for (; c < d.channels; ++c) convolve_one(d, taps, in, out, c);
    }
    in += d.input_length * d.channels;
  }
}

// The same code three times over, as the compiler may not use wider vectors than all x86-64 have.
void convolve_default(const Depthwise& d, const float* in, float* out) {
  convolve<Wide4>(d, in, out);
}

[[gnu::target("avx2,fma")]] void convolve_avx2(const Depthwise& d, const float* in, float* out) {
  convolve<Wide8>(d, in, out);
}

[[gnu::target("avx512f")]] void convolve_avx512(const Depthwise& d, const float* in, float* out) {
  convolve<Wide16>(d, in, out);
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
