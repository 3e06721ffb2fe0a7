#include "model/depthwise.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "model/wide.hpp"

namespace auscult::model {

namespace {

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
  std::array<Lanes, kSums> sums{};
  for (std::size_t i = 0; i < kSums; ++i) {
    Width::load(sums[i], d.bias.data() + first + i * Width::kLanes);
  }
  for (std::int64_t k = taps.begin; k < taps.end; ++k) {
    const float* weights = d.weights.data() + k * d.channels + first;
    const float* samples = in + (taps.first_input + k * d.dilation) * d.channels + first;
    for (std::size_t i = 0; i < kSums; ++i) {
      Lanes weight;
      Lanes sample;
      Width::load(weight, weights + i * Width::kLanes);
      Width::load(sample, samples + i * Width::kLanes);
      sums[i] += weight * sample;
    }
  }
  for (std::size_t i = 0; i < kSums; ++i) {
    Width::store(out + first + i * Width::kLanes, sums[i] > 0 ? sums[i] : sums[i] * d.slope);
  }
}

template <typename Width>
[[gnu::always_inline]] inline void convolve(const Depthwise& d, const float* in, float* out) {
  constexpr auto kLanes = static_cast<std::int64_t>(Width::kLanes);
  for (std::int64_t n = 0; n < d.batch; ++n) {
    for (std::int64_t t = 0; t < d.output_length; ++t, out += d.channels) {
      const Taps taps = taps_of(d, t);
      std::int64_t c = 0;
      for (; c + 4 * kLanes <= d.channels; c += 4 * kLanes) {
        convolve_lanes<Width, 4>(d, taps, in, out, c);
      }
      for (; c + kLanes <= d.channels; c += kLanes) convolve_lanes<Width, 1>(d, taps, in, out, c);
      for (; c < d.channels; ++c) convolve_lanes<Wide<1>, 1>(d, taps, in, out, c);
    }
    in += d.input_length * d.channels;
  }
}

}  // namespace

Kernel depthwise_kernel(Depthwise depthwise) {
  return [d = std::make_shared<const Depthwise>(std::move(depthwise))](const float* const* inputs,
                                                                       float* const* outputs) {
    on_widest([&](auto width) __attribute__((always_inline)) {
      convolve<decltype(width)>(*d, inputs[0], outputs[0]);
    });
  };
}

}  // namespace auscult::model
