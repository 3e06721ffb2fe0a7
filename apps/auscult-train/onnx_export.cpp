#include "onnx_export.hpp"

#include <cmath>
#include <cstddef>

#include "front_end.hpp"
#include "onnx_graph.hpp"

namespace auscult::train {
namespace {

constexpr std::int64_t kWindowFrames =
    static_cast<std::int64_t>(kWindowS * kSampleRateHz) / kFeatureHopSamples;
constexpr std::int64_t kWindowHopFrames =
    static_cast<std::int64_t>(kWindowHopS * kSampleRateHz) / kFeatureHopSamples;
constexpr std::int64_t kPooled = (kHeads + 2L) * kChannels;
constexpr std::int64_t kAttended = std::int64_t{kHeads} * kChannels;
constexpr float kTiny = 1e-20F;  // As in training (network.cpp).

struct Affine {
  std::vector<float> weight;
  std::vector<float> bias;
};

// y = (Wx - mean) / sqrt(variance + epsilon) * scale + shift as one convolution.
Affine folded(const Weights& weights, const std::string& name) {
  const PlainTensor& weight = weights.at(name + ".weight");
  const std::vector<float>& scale = weights.at(name + ".scale").values;
  const std::vector<float>& shift = weights.at(name + ".shift").values;
  const std::vector<float>& mean = weights.at(name + ".mean").values;
  const std::vector<float>& variance = weights.at(name + ".variance").values;
  Affine result{weight.values, {}};
  const std::size_t outputs = scale.size();
  const std::size_t each = weight.values.size() / outputs;
  for (std::size_t k = 0; k < outputs; ++k) {
    const float factor = scale[k] / std::sqrt(variance[k] + kBatchNormEpsilon);
    for (std::size_t i = 0; i < each; ++i) result.weight[k * each + i] *= factor;
    result.bias.push_back(shift[k] - mean[k] * factor);
  }
  return result;
}

class Exporter {
 public:
  explicit Exporter(OnnxGraph& graph) : graph_(graph) {}

  void front_end() {
    const std::string samples = graph_.input("samples", {1, -1});
    const std::string mask = graph_.input("mask", {1, -1});
    const std::string count = sum(mask, 1);
    const std::string mean = binary("Div", sum(binary("Mul", samples, mask), 1), count);
    const std::string centred = binary("Mul", binary("Sub", samples, mean), mask);
    const std::string square = binary("Div", sum(binary("Mul", centred, centred), 1), count);
    const std::string rms = graph_.node("Sqrt", {binary("Add", square, graph_.constant(kSilence))});
    const std::string wave = reshape(binary("Div", centred, rms), {1, 1, -1});

    const std::string kernels = graph_.constant(fourier_kernels(), {2L * kBins, 1, kFrameSamples});
    const std::string waves = graph_.node("Conv", {wave, kernels},
                                          {{"strides", OnnxGraph::Sizes{kHopSamples}},
                                           {"pads", OnnxGraph::Sizes{kPadBefore, kPadAfter}}});
    // Each band's weights twice: for the cosines' squares and for the sines'.
    const std::vector<float> once = band_weights();
    std::vector<float> twice;
    for (std::ptrdiff_t band = 0; band < kBands; ++band) {
      for (int part = 0; part < 2; ++part) {
        twice.insert(twice.end(), once.begin() + band * kBins, once.begin() + (band + 1) * kBins);
      }
    }
    const std::string power = graph_.node(
        "Conv", {binary("Mul", waves, waves), graph_.constant(twice, {kBands, 2L * kBins, 1}),
                 graph_.constant(std::vector<float>(kBands, kPowerFloor), {kBands})});
    const std::string level = binary("Mul", graph_.node("Log", {power}),
                                     graph_.constant(static_cast<float>(1 / std::log(10.0))));

    const std::string frames = pool("MaxPool", reshape(mask, {1, 1, -1}), kHopSamples);
    const std::string level_mean =
        binary("Div", sum(binary("Mul", level, frames), 2), sum(frames, 2));
    const std::string features = binary("Mul", binary("Sub", level, level_mean), frames);
    features_ = reshape(features, {1, 1, kBands, -1});
    half_mask_ = pool("MaxPool", frames, 2);
    mask_ = pool("MaxPool", half_mask_, 2);
    mask_sum_ = sum(mask_, 2);
    window_mask_ = binary("Add", windowed("AveragePool", mask_), graph_.constant(kTiny));
  }

  void add_network(const Weights& weights) {
    const std::string map = trunk(weights);
    const std::string energy = graph_.node("Conv", {map, parameter(weights, "attention.weight"),
                                                    parameter(weights, "attention.bias")});
    const std::string largest =
        graph_.node("ReduceMax", {energy}, {{"axes", OnnxGraph::Sizes{2}}, {"keepdims", 1}});
    const std::string weight =
        binary("Mul", graph_.node("Exp", {binary("Sub", energy, largest)}), mask_);
    pool_clip(map, weight);
    pool_windows(map, weight);
  }

  // One linear layer over the pooled features of all networks: the mean of their scores.
  void head(const std::vector<Weights>& ensemble) {
    const auto members = static_cast<std::int64_t>(ensemble.size());
    std::vector<float> matrix(static_cast<std::size_t>(members * kPooled * kScores));
    std::vector<float> bias(kScores);
    const auto share = 1 / static_cast<float>(members);
    for (std::size_t member = 0; member < ensemble.size(); ++member) {
      const std::vector<float>& weight = ensemble[member].at("scores.weight").values;
      for (std::size_t k = 0; k < kScores; ++k) {
        for (std::size_t i = 0; i < kPooled; ++i) {
          matrix[(member * kPooled + i) * kScores + k] = share * weight[k * kPooled + i];
        }
        bias[k] += share * ensemble[member].at("scores.bias").values[k];
      }
    }
    const std::string linear = graph_.constant(matrix, {members * kPooled, kScores});
    const std::string offset = graph_.constant(bias, {kScores});
    const auto scored = [&](const std::string& pooled) {
      return binary("Add", graph_.node("MatMul", {pooled, linear}), offset);
    };
    graph_.output("scores", scored(concat(clip_, 1)), {1, kScores});
    const std::string windows =
        graph_.node("Transpose", {concat(windows_, 1)}, {{"perm", OnnxGraph::Sizes{0, 2, 1}}});
    graph_.output("window_scores", scored(windows), {1, -1, kScores});
  }

 private:
  std::string trunk(const Weights& weights) {
    const std::string half = reshape(half_mask_, {1, 1, 1, -1});
    const std::string whole = reshape(mask_, {1, 1, 1, -1});
    std::string x = features_;
    std::int64_t inputs = 1;
    int layer = 0;
    int halvings = 0;
    for (const PlaneConvolution& plane : kPlaneConvolutions) {
      const std::int64_t pad = plane.kernel / 2;
      x = convolution(weights, "plane" + std::to_string(layer++), x,
                      {plane.outputs, inputs, plane.kernel, plane.kernel},
                      {{"strides", OnnxGraph::Sizes{plane.frequency_stride, plane.time_stride}},
                       {"pads", OnnxGraph::Sizes{pad, pad, pad, pad}}});
      halvings += plane.time_stride - 1;
      x = binary("Mul", graph_.node("Relu", {x}), halvings == 1 ? half : whole);
      inputs = plane.outputs;
    }
    x = reshape(x, {1, kFlattened, -1});
    x = convolution(weights, "flat", x, {kChannels, kFlattened, 1}, {});
    x = binary("Mul", graph_.node("Relu", {x}), mask_);
    for (int block = 0; block < kResidualBlocks; ++block) {
      const std::string name = "block" + std::to_string(block);
      const std::int64_t dilation = std::int64_t{1} << block;
      const std::string y = convolution(weights, name + ".depth", x, {kChannels, 1, 7},
                                        {{"group", kChannels},
                                         {"dilations", OnnxGraph::Sizes{dilation}},
                                         {"pads", OnnxGraph::Sizes{3 * dilation, 3 * dilation}}});
      const std::string z = convolution(weights, name + ".point", graph_.node("Relu", {y}),
                                        {kChannels, kChannels, 1}, {});
      x = binary("Mul", graph_.node("Relu", {binary("Add", x, z)}), mask_);
    }
    return x;
  }

  void pool_clip(const std::string& map, const std::string& weight) {
    const std::string time_first =
        graph_.node("Transpose", {map}, {{"perm", OnnxGraph::Sizes{0, 2, 1}}});
    const std::string total = binary("Add", sum(weight, 2), graph_.constant(kTiny));
    const std::string attended = binary("Div", graph_.node("MatMul", {weight, time_first}), total);
    clip_.push_back(reshape(attended, {1, kAttended}));
    clip_.push_back(
        graph_.node("ReduceMax", {map}, {{"axes", OnnxGraph::Sizes{2}}, {"keepdims", 0}}));
    clip_.push_back(reshape(binary("Div", sum(map, 2), mask_sum_), {1, kChannels}));
  }

  void pool_windows(const std::string& map, const std::string& weight) {
    const std::string weighted =
        binary("Mul", reshape(weight, {1, kHeads, 1, -1}), reshape(map, {1, 1, kChannels, -1}));
    const std::string sums = windowed("AveragePool", reshape(weighted, {1, kAttended, -1}));
    const std::string totals =
        binary("Add", windowed("AveragePool", weight), graph_.constant(kTiny));
    const std::string attended = binary("Div", reshape(sums, {1, kHeads, kChannels, -1}),
                                        reshape(totals, {1, kHeads, 1, -1}));
    windows_.push_back(reshape(attended, {1, kAttended, -1}));
    windows_.push_back(windowed("MaxPool", map));
    windows_.push_back(binary("Div", windowed("AveragePool", map), window_mask_));
  }

  std::string convolution(const Weights& weights, const std::string& name, const std::string& x,
                          const OnnxGraph::Sizes& shape, const OnnxGraph::Attributes& attributes) {
    const Affine affine = folded(weights, name);
    return graph_.node(
        "Conv",
        {x, graph_.constant(affine.weight, shape), graph_.constant(affine.bias, {shape[0]})},
        attributes);
  }

  std::string parameter(const Weights& weights, const std::string& name) {
    return graph_.constant(weights.at(name).values, weights.at(name).shape);
  }

  std::string binary(const char* type, const std::string& left, const std::string& right) {
    return graph_.node(type, {left, right});
  }

  std::string sum(const std::string& x, std::int64_t axis) {
    return graph_.node("ReduceSum", {x, graph_.integers({axis})}, {{"keepdims", 1}});
  }

  std::string reshape(const std::string& x, const OnnxGraph::Sizes& shape) {
    return graph_.node("Reshape", {x, graph_.integers(shape)});
  }

  std::string concat(const std::vector<std::string>& parts, std::int64_t axis) {
    return graph_.node("Concat", parts, {{"axis", axis}});
  }

  std::string pool(const char* type, const std::string& x, std::int64_t size) {
    return graph_.node(
        type, {x}, {{"kernel_shape", OnnxGraph::Sizes{size}}, {"strides", OnnxGraph::Sizes{size}}});
  }

  std::string windowed(const char* type, const std::string& x) {
    return graph_.node(type, {x},
                       {{"kernel_shape", OnnxGraph::Sizes{kWindowFrames}},
                        {"strides", OnnxGraph::Sizes{kWindowHopFrames}}});
  }

  OnnxGraph& graph_;
  std::string features_;              // [1, 1, kBands, T]
  std::string half_mask_;             // [1, 1, T / 2]
  std::string mask_;                  // [1, 1, T / 4]
  std::string mask_sum_;              // [1, 1, 1]
  std::string window_mask_;           // [1, 1, W], the share of a window that lies on the clip
  std::vector<std::string> clip_;     // [1, *], all networks' pooled features
  std::vector<std::string> windows_;  // [1, *, W]
};

}  // namespace

Status export_onnx(const std::vector<Weights>& ensemble,
                   const std::map<std::string, std::string>& metadata, const std::string& path) {
  OnnxGraph graph("auscult");
  Exporter exporter(graph);
  exporter.front_end();
  for (const Weights& weights : ensemble) exporter.add_network(weights);
  exporter.head(ensemble);
  for (const auto& [key, value] : metadata) graph.metadata(key, value);
  return graph.save(path);
}

}  // namespace auscult::train
