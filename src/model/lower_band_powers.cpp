#include <algorithm>
#include <array>
#include <map>

#include "model/lower.hpp"
#include "model/wide.hpp"

namespace auscult::model {

namespace {

using Buffer = ProgramBuilder::Buffer;
using Desc = ProgramBuilder::Desc;
constexpr auto kF32 = dnnl::memory::data_type::f32;

// So many frames at a time, however long the clip: their spectra stay in the processor's cache.
constexpr std::int64_t kTile = 256;

/// Which samples of [C, N] a frame is made of: channel by channel, zeros outside.
struct Frames {
  Geometry geometry;
  std::int64_t channels = 0;
  std::int64_t length = 0;

  [[nodiscard]] std::int64_t taps() const { return channels * geometry.kernel[0]; }
  [[nodiscard]] bool is_dense() const {
    return geometry.strides[0] == 1 && geometry.pad_begin[0] == 0 && geometry.pad_end[0] == 0;
  }

  /// Frame t, where it lies if it lies in one piece, otherwise copied to `copy`.
  const float* gather(const float* in, std::int64_t t, float* copy) const {
    const std::int64_t kernel = geometry.kernel[0];
    const std::int64_t dilation = geometry.dilations[0];
    const std::int64_t start = t * geometry.strides[0] - geometry.pad_begin[0];
    const bool is_inside = start >= 0 && start + (kernel - 1) * dilation < length;
    if (is_inside && dilation == 1 && channels == 1) return in + start;
    float* out = copy;
    for (std::int64_t c = 0; c < channels; ++c, in += length) {
      for (std::int64_t k = 0; k < kernel; ++k) {
        const std::int64_t at = start + k * dilation;
        *out++ = is_inside || (at >= 0 && at < length) ? in[at] : 0.0F;
      }
    }
    return copy;
  }
};

/// The sums and differences of the samples as far from either end of the frames, by tap and moment:
/// [(taps + 1) / 2, T] and [taps / 2, T]. Of frames that begin at each sample, so that what lies at
/// one place in all of them is a stretch of samples.
Kernel fold_dense_kernel(const Frames& frames, std::int64_t begin, std::int64_t columns) {
  return [=](const float* const* inputs, float* const* outputs) {
    const std::int64_t taps = frames.taps();
    const auto tap = [&](std::int64_t n) {
      const std::int64_t kernel = frames.geometry.kernel[0];
      return inputs[0] + n / kernel * frames.length + begin +
             n % kernel * frames.geometry.dilations[0];
    };
    float* sums = outputs[0];
    float* differences = outputs[1];
    for (std::int64_t n = 0; n < taps / 2; ++n, sums += columns, differences += columns) {
      const float* first = tap(n);
      const float* second = tap(taps - 1 - n);
      on_widest([=](auto) __attribute__((always_inline)) {
        for (std::int64_t t = 0; t < columns; ++t) {
          sums[t] = first[t] + second[t];
          differences[t] = first[t] - second[t];
        }
      });
    }
    if (taps % 2 == 1) std::copy_n(tap(taps / 2), columns, sums);
  };
}

/// The same of any frames, by moment and tap: [T, (taps + 1) / 2] and [T, taps / 2]. Output 2 holds
/// one frame.
Kernel fold_kernel(const Frames& frames, std::int64_t begin, std::int64_t columns) {
  return [=](const float* const* inputs, float* const* outputs) {
    const std::int64_t taps = frames.taps();
    const std::int64_t half = taps / 2;
    float* sums = outputs[0];
    float* differences = outputs[1];
    for (std::int64_t t = begin; t < begin + columns; ++t) {
      const float* frame = frames.gather(inputs[0], t, outputs[2]);
      on_widest([=](auto) __attribute__((always_inline)) {
        for (std::int64_t n = 0; n < half; ++n) {
          const float mirrored = frame[taps - 1 - n];
          sums[n] = frame[n] + mirrored;
          differences[n] = frame[n] - mirrored;
        }
      });
      if (taps % 2 == 1) sums[half] = frame[half];
      sums += taps - half;
      differences += half;
    }
  };
}

/// The weights that are not zero, band by band.
struct Bands {
  struct Weight {
    std::int64_t pair;
    float value;
  };
  std::vector<std::vector<Weight>> weights;
  std::vector<float> bias;
};

/// A band's powers at kSums times as many frames as there are lanes, from the amplitudes [P,
/// columns] of the even and the odd filters.
template <typename Width, std::size_t kSums>
[[gnu::always_inline]] inline void add_powers(const std::vector<Bands::Weight>& weights, float bias,
                                              const float* even, const float* odd,
                                              std::int64_t columns, float* out) {
  using Lanes = typename Width::Lanes;
  std::array<Lanes, kSums> sums{};
  for (Lanes& sum : sums) sum = Lanes{} + bias;
  for (const Bands::Weight& weight : weights) {
    const float* e = even + weight.pair * columns;
    const float* o = odd + weight.pair * columns;
    for (std::size_t i = 0; i < kSums; ++i) {
      Lanes re;
      Lanes im;
      Width::load(re, e + i * Width::kLanes);
      Width::load(im, o + i * Width::kLanes);
      sums[i] += (re * re + im * im) * weight.value;
    }
  }
  for (std::size_t i = 0; i < kSums; ++i) Width::store(out + i * Width::kLanes, sums[i]);
}

/// Writes `columns` frames of [B, out_columns].
Kernel bands_kernel(std::shared_ptr<const Bands> bands, std::int64_t columns,
                    std::int64_t out_columns) {
  return [=](const float* const* inputs, float* const* outputs) {
    on_widest([&](auto width) __attribute__((always_inline)) {
      using Width = decltype(width);
      constexpr auto kLanes = static_cast<std::int64_t>(Width::kLanes);
      float* out = outputs[0];
      for (std::size_t band = 0; band < bands->weights.size(); ++band, out += out_columns) {
        const std::vector<Bands::Weight>& weights = bands->weights[band];
        const float bias = bands->bias[band];
        std::int64_t t = 0;
        for (; t + 4 * kLanes <= columns; t += 4 * kLanes) {
          add_powers<Width, 4>(weights, bias, inputs[0] + t, inputs[1] + t, columns, out + t);
        }
        for (; t + kLanes <= columns; t += kLanes) {
          add_powers<Width, 1>(weights, bias, inputs[0] + t, inputs[1] + t, columns, out + t);
        }
        for (; t < columns; ++t) {
          add_powers<Wide<1>, 1>(weights, bias, inputs[0] + t, inputs[1] + t, columns, out + t);
        }
      }
    });
  };
}

Bands read_bands(const Tensor& weights, const std::vector<float>& bias) {
  Bands bands{.weights = {}, .bias = bias};
  const std::int64_t pairs = weights.dims[1];
  for (std::int64_t band = 0; band < weights.dims[0]; ++band) {
    std::vector<Bands::Weight>& row = bands.weights.emplace_back();
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
      const float value = weights.floats[static_cast<std::size_t>(band * pairs + pair)];
      if (value != 0) row.push_back({pair, value});
    }
  }
  return bands;
}

Buffer moved(Buffer buffer, std::int64_t floats) {
  buffer.offset += static_cast<std::size_t>(floats) * sizeof(float);
  return buffer;
}

Buffer allocate(ProgramBuilder& builder, std::int64_t floats) {
  return builder.allocate(static_cast<std::size_t>(floats) * sizeof(float));
}

/// The amplitudes [P, T] of folded frames by filters [P, half].
class FilterProduct {
 public:
  /// The frames are given as [half, T] if they are dense, otherwise as [T, half].
  FilterProduct(ProgramBuilder& builder, ValueId filters, bool is_dense)
      : builder_(builder), filters_(filters), is_dense_(is_dense) {}

  Buffer add(const Buffer& folded, std::int64_t columns) {
    const Shape& dims = builder_.dims(filters_);
    const Desc weights = ProgramBuilder::row_order(dims);
    const Desc source({dims[1], columns}, kF32, is_dense_ ? Shape{columns, 1} : Shape{1, dims[1]});
    const Desc output = ProgramBuilder::row_order({dims[0], columns});
    // oneDNN's description of a product takes some 50 KB, and a minute has nineteen tiles.
    auto described = described_.find(columns);
    if (described == described_.end()) {
      const dnnl::matmul::desc desc(weights, source, output);
      const dnnl::matmul::primitive_desc primitive(desc, user_scratchpad(), builder_.engine());
      described = described_.emplace(columns, primitive).first;
    }
    const Buffer amplitudes = allocate(builder_, dims[0] * columns);
    builder_.add_primitive(
        described->second,
        {{DNNL_ARG_SRC, {weights, builder_.constant(filters_, weights, weights)}},
         {DNNL_ARG_WEIGHTS, {source, folded}},
         {DNNL_ARG_DST, {output, amplitudes}}});
    return amplitudes;
  }

 private:
  ProgramBuilder& builder_;
  ValueId filters_;
  bool is_dense_;
  std::map<std::int64_t, dnnl::matmul::primitive_desc> described_;  // By columns.
};

}  // namespace

void lower_band_powers(ProgramBuilder& builder, const PlannedNode& planned,
                       const BandPowers& powers) {
  const std::vector<ValueId>& inputs = planned.node.inputs;
  const Shape& x = builder.dims(inputs[0]);
  const Shape& y = builder.dims(planned.node.outputs[0]);
  const Buffer samples = builder.in_row_order_f32(inputs[0]).buffer;
  const Buffer result =
      builder.define(planned.node.outputs[0], ProgramBuilder::row_order(y)).buffer;
  const Frames frames{.geometry = powers.geometry, .channels = x[1], .length = x[2]};
  const auto& constants = builder.graph().constants;
  const auto bands = std::make_shared<const Bands>(
      read_bands(*constants.at(inputs[3]), constants.at(inputs[4])->floats));
  FilterProduct even(builder, inputs[1], frames.is_dense());
  FilterProduct odd(builder, inputs[2], frames.is_dense());
  for (std::int64_t n = 0; n < y[0]; ++n) {
    for (std::int64_t begin = 0; begin < y[2]; begin += kTile) {
      const std::int64_t columns = std::min(kTile, y[2] - begin);
      const Buffer sums = allocate(builder, columns * builder.dims(inputs[1])[1]);
      const Buffer differences = allocate(builder, columns * builder.dims(inputs[2])[1]);
      const Buffer clip = moved(samples, n * x[1] * x[2]);
      if (frames.is_dense()) {
        builder.add_loop(fold_dense_kernel(frames, begin, columns), {clip}, {sums, differences});
      } else {
        builder.add_loop(fold_kernel(frames, begin, columns), {clip},
                         {sums, differences, allocate(builder, frames.taps())});
      }
      const Buffer even_amplitudes = even.add(sums, columns);
      const Buffer odd_amplitudes = odd.add(differences, columns);
      builder.add_loop(bands_kernel(bands, columns, y[2]), {even_amplitudes, odd_amplitudes},
                       {moved(result, n * y[1] * y[2] + begin)});
    }
  }
}

}  // namespace auscult::model
