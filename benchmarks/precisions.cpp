// What the convolutions of model.onnx take in f32, bf16 and s8: prints a table in Markdown, which
// docs/decisions/0040 explains. 8 bits at their best, as if every layer already had its input in
// them and nothing had to be brought to another scale. Takes some 5 s.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "matrix_peak.hpp"
#include "model/single_thread.hpp"

namespace {

using Dim = dnnl::memory::dim;
using Type = dnnl::memory::data_type;

constexpr int kRounds = 301;

/// Bands by time, for a clip of 5 s; of each there are `count`.
struct Layer {
  int count;
  Dim in, out, rows, columns, kernel, row_stride, column_stride;
};
constexpr std::array<Layer, 6> kLayers = {{{3, 1, 16, 32, 400, 5, 2, 2},
                                           {3, 16, 24, 16, 200, 3, 2, 1},
                                           {3, 24, 40, 8, 200, 3, 2, 2},
                                           {3, 40, 64, 4, 100, 3, 2, 1},
                                           {3, 128, 96, 1, 100, 1, 1, 1},
                                           {12, 96, 96, 1, 100, 1, 1, 1}}};

struct Types {
  Type samples, weights, result;
};
constexpr Types kF32 = {Type::f32, Type::f32, Type::f32};
constexpr Types kBf16 = {Type::bf16, Type::bf16, Type::bf16};
constexpr Types kS8 = {Type::u8, Type::s8, Type::u8};

dnnl::memory::desc any(const dnnl::memory::dims& dims, Type type) {
  return {dims, type, dnnl::memory::format_tag::any};
}

double median_us(const Layer& layer, const Types& types) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto size_after = [&](Dim size, Dim stride) { return (size + stride - 1) / stride; };
  const Dim rows = size_after(layer.rows, layer.row_stride);
  const Dim columns = size_after(layer.columns, layer.column_stride);
  const Dim before = layer.kernel / 2;
  const auto after = [&](Dim size, Dim made, Dim stride) {
    return (made - 1) * stride + layer.kernel - size - before;
  };
  dnnl::post_ops relu;
  relu.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0, 0);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(relu);
  if (types.result == Type::u8) attributes.set_output_scales(0, {0.01F});
  const dnnl::convolution_forward::primitive_desc primitive(
      {dnnl::prop_kind::forward_inference,
       dnnl::algorithm::convolution_direct,
       any({1, layer.in, layer.rows, layer.columns}, types.samples),
       any({layer.out, layer.in, layer.kernel, layer.kernel}, types.weights),
       any({1, layer.out, rows, columns}, types.result),
       {layer.row_stride, layer.column_stride},
       {before, before},
       {after(layer.rows, rows, layer.row_stride),
        after(layer.columns, columns, layer.column_stride)}},
      attributes, engine);
  const dnnl::convolution_forward convolution(primitive);
  const dnnl::memory samples(primitive.src_desc(), engine);
  const dnnl::memory weights(primitive.weights_desc(), engine);
  const dnnl::memory result(primitive.dst_desc(), engine);
  for (const dnnl::memory& memory : {samples, weights, result}) {
    std::memset(memory.get_data_handle(), 0, memory.get_desc().get_size());
  }
  std::vector<double> took_us;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    convolution.execute(
        stream, {{DNNL_ARG_SRC, samples}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, result}});
    stream.wait();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    took_us.push_back(took.count());
  }
  std::ranges::nth_element(took_us, took_us.begin() + kRounds / 2);
  return took_us[kRounds / 2];
}

}  // namespace

int main() try {
  const auscult::model::SingleThread one;
  const bool with_bf16 = auscult::benchmarks::has_bf16();
  std::puts("| layer | of them | f32, us each | bf16 | s8 |\n| --- | --- | --- | --- | --- |");
  std::array<double, 3> sums_us{};
  for (const Layer& layer : kLayers) {
    const std::array<double, 3> us = {
        median_us(layer, kF32), with_bf16 ? median_us(layer, kBf16) : 0, median_us(layer, kS8)};
    for (std::size_t i = 0; i < us.size(); ++i) sums_us[i] += layer.count * us[i];
    std::printf("| %dx%d, %d to %d channels, %dx%d bands and frames | %d | %.1f | %.1f | %.1f |\n",
                static_cast<int>(layer.kernel), static_cast<int>(layer.kernel),
                static_cast<int>(layer.in), static_cast<int>(layer.out),
                static_cast<int>(layer.rows), static_cast<int>(layer.columns), layer.count, us[0],
                us[1], us[2]);
  }
  std::printf("| all of them | | %.0f | %.0f | %.0f |\n", sums_us[0], sums_us[1], sums_us[2]);
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "precisions: %s\n", error.what());
  return 1;
}
