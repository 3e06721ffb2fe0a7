#include "beats_export.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "beats/posteriors.hpp"
#include "beats_learning.hpp"
#include "front_end.hpp"
#include "onnx_graph.hpp"

namespace auscult::train {
namespace {

using Sizes = OnnxGraph::Sizes;
constexpr auto kStates = static_cast<std::int64_t>(beats::kStates);
constexpr std::int64_t kHopsAFrame = kFrameSamples / kHopSamples;
static_assert(kFrameSamples % kHopSamples == 0);

/// The kernels for samples folded into kHopSamples channels: [2 * kBins, kHopSamples, kHopsAFrame].
std::vector<float> folded_kernels() {
  const std::vector<float> kernels = fourier_kernels();
  std::vector<float> folded;
  folded.reserve(kernels.size());
  for (std::size_t row = 0; row < kernels.size(); row += kFrameSamples) {
    for (std::size_t sample = 0; sample < kHopSamples; ++sample) {
      for (std::size_t hop = 0; hop < kHopsAFrame; ++hop) {
        folded.push_back(kernels[row + hop * kHopSamples + sample]);
      }
    }
  }
  return folded;
}

/// The bands' weights twice: for the cosines' squares and for the sines'.
std::vector<float> paired_band_weights() {
  const std::vector<float> weights = band_weights();
  std::vector<float> pairs;
  for (auto row = weights.begin(); row != weights.end(); row += kBins) {
    for (int twice = 0; twice < 2; ++twice) pairs.insert(pairs.end(), row, row + kBins);
  }
  return pairs;
}

class Exporter {
 public:
  explicit Exporter(OnnxGraph& graph) : graph_(graph) {}

  /// FrontEnd::spectra() and features(): offset away, RMS 1, power, bands, logarithm, means away.
  void front_end() {
    const std::string samples = graph_.input("samples", {1, -1});
    const std::string mask = graph_.input("mask", {1, -1});
    const std::string centred = node("Mul", {node("Sub", {samples, mean(samples, mask, 1)}), mask});
    const std::string power = mean(node("Mul", {centred, centred}), mask, 1);
    const std::string rms = node("Sqrt", {node("Add", {power, graph_.constant(kSilence)})});
    const std::string unit = node("Div", {centred, rms});

    // A convolution over one channel is slow; over the samples of a hop side by side, fast.
    const std::string padded = node("Pad", {unit, graph_.integers({0, kPadBefore, 0, kPadAfter})});
    const std::string hops = graph_.node("Transpose", {reshape(padded, {1, -1, kHopSamples})},
                                         {{"perm", Sizes{0, 2, 1}}});
    const std::string waves = node(
        "Conv", {hops, graph_.constant(folded_kernels(), {2L * kBins, kHopSamples, kHopsAFrame})});
    const std::string bands =
        node("Conv", {node("Mul", {waves, waves}),
                      graph_.constant(paired_band_weights(), {kBands, 2L * kBins, 1}),
                      graph_.constant(std::vector<float>(kBands, kPowerFloor), {kBands})});
    const std::string level = node(
        "Mul", {node("Log", {bands}), graph_.constant(static_cast<float>(1 / std::log(10.0)))});
    frame_mask_ = pooled(reshape(mask, {1, 1, -1}), kHopSamples);
    features_ = node("Mul", {node("Sub", {level, mean(level, frame_mask_, 2)}), frame_mask_});
  }

  void network(const Weights& weights) {
    pair_mask_ = pooled(frame_mask_, 2);
    std::string x = rectified(convolution(weights, "stem", features_, 2, 1));
    int i = 0;
    for (const int dilation : kBeatDilations) {
      const std::string y = convolution(weights, "block" + std::to_string(i++), x, 1, dilation);
      x = rectified(node("Add", {x, y}));
    }
    const PlainTensor& kernel = weights.at("states.weight");
    const std::string pairs =
        node("Conv", {x, graph_.constant(kernel.values, kernel.shape),
                      graph_.constant(weights.at("states.bias").values, {2 * kStates})});
    const std::string rows = reshape(transposed(pairs), {1, -1, kStates});
    graph_.output("window_scores", rows, {1, -1, kStates});
    graph_.output("scores", reshape(mean(rows, transposed(frame_mask_), 1), {1, kStates}),
                  {1, kStates});
  }

 private:
  std::string node(const char* type, const std::vector<std::string>& inputs) {
    return graph_.node(type, inputs);
  }
  std::string reshape(const std::string& x, const Sizes& shape) {
    return node("Reshape", {x, graph_.integers(shape)});
  }
  std::string transposed(const std::string& x) {
    return graph_.node("Transpose", {x}, {{"perm", Sizes{0, 2, 1}}});
  }
  std::string pooled(const std::string& mask, std::int64_t size) {
    return graph_.node("MaxPool", {mask},
                       {{"kernel_shape", Sizes{size}}, {"strides", Sizes{size}}});
  }
  std::string sum(const std::string& x, std::int64_t axis) {
    return graph_.node("ReduceSum", {x, graph_.integers({axis})}, {{"keepdims", 1}});
  }
  std::string mean(const std::string& x, const std::string& mask, std::int64_t axis) {
    return node("Div", {sum(node("Mul", {x, mask}), axis), sum(mask, axis)});
  }
  std::string rectified(const std::string& x) {
    return node("Mul", {node("Relu", {x}), pair_mask_});
  }

  /// A convolution with its batch norm folded into it.
  std::string convolution(const Weights& weights, const std::string& name, const std::string& x,
                          std::int64_t stride, std::int64_t dilation) {
    PlainTensor kernel = weights.at(name + ".weight");
    std::vector<float> bias;
    const auto outputs = static_cast<std::size_t>(kernel.shape[0]);
    const std::size_t each = kernel.values.size() / outputs;
    for (std::size_t k = 0; k < outputs; ++k) {
      const float factor = weights.at(name + ".scale").values[k] /
                           std::sqrt(weights.at(name + ".variance").values[k] + kBatchNormEpsilon);
      for (std::size_t i = 0; i < each; ++i) kernel.values[k * each + i] *= factor;
      bias.push_back(weights.at(name + ".shift").values[k] -
                     factor * weights.at(name + ".mean").values[k]);
    }
    const std::int64_t pad = kernel.shape[2] / 2 * dilation;
    return graph_.node(
        "Conv",
        {x, graph_.constant(kernel.values, kernel.shape), graph_.constant(bias, {kernel.shape[0]})},
        {{"strides", Sizes{stride}}, {"dilations", Sizes{dilation}}, {"pads", Sizes{pad, pad}}});
  }

  OnnxGraph& graph_;
  std::string features_;    // [1, kBands, T]
  std::string frame_mask_;  // [1, 1, T]
  std::string pair_mask_;   // [1, 1, T / 2]
};

}  // namespace

Status export_beats(const Weights& weights, const std::map<std::string, std::string>& provenance,
                    const std::string& path) {
  OnnxGraph graph("heart_sounds");
  Exporter exporter(graph);
  exporter.front_end();
  exporter.network(weights);
  graph.metadata("auscult.name", "auscult-beats");
  graph.metadata("auscult.labels", R"(["S1", "systole", "S2", "diastole"])");
  graph.metadata("auscult.sample_rate_hz", std::to_string(kSampleRateHz));
  // What is longer than the last is read in parts; longer parts fall out of the fast caches.
  graph.metadata("auscult.lengths", "[8000, 10000, 20000, 42000]");
  graph.metadata("auscult.window_s", "0.0125");
  graph.metadata("auscult.hop_s", "0.0125");
  for (const auto& [key, value] : provenance) graph.metadata(key, value);
  return graph.save(path);
}

}  // namespace auscult::train
