#include "standin.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "signals.hpp"

namespace auscult::golden {

namespace {

using model::OnnxBuilder;
using Sizes = OnnxBuilder::Sizes;
using Attributes = OnnxBuilder::Attributes;

constexpr int kFrame = 100;
constexpr int kHop = 25;
constexpr int kBins = 129;
constexpr int kBands = 32;
constexpr int kWidth = 96;
constexpr int kScores = 5;

class Writer {
 public:
  explicit Writer(int trunks) : builder_("[10000, 20000, 30000, 40000, 60000]"), trunks_(trunks) {
    builder_.metadata("auscult.labels",
                      R"(["Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"])");
    builder_.metadata("auscult.window_s", "2");
    builder_.metadata("auscult.hop_s", "1");
  }

  OnnxBuilder write() {
    builder_.input("mask", {1, -1});
    const std::string bands = front_end();
    std::vector<std::string> scores;
    std::vector<std::string> windows;
    for (int i = 0; i < trunks_; ++i) {
      const std::string features = trunk(bands);
      scores.push_back(head(features));
      windows.push_back(window_head(features));
    }
    builder_.output("scores", average(scores));
    builder_.output("window_scores", average(windows));
    return std::move(builder_);
  }

 private:
  std::string op(const std::string& name, const std::vector<std::string>& inputs,
                 const Attributes& attributes = {}) {
    return builder_.node(name, inputs, attributes);
  }

  std::string sum(const std::string& x, std::int64_t axis) {
    return op("ReduceSum", {x, builder_.integers({axis})});
  }

  std::string random(const Sizes& dims, float scale) {
    std::size_t count = 1;
    for (const std::int64_t size : dims) count *= static_cast<std::size_t>(size);
    std::vector<float> values(count);
    for (float& value : values) value = scale * noise_.next();
    return builder_.floats(dims, values);
  }

  /// Convolution with batch normalisation, as exported before folding.
  std::string conv_norm(const std::string& x, const Sizes& weights, const Attributes& attributes) {
    std::int64_t fan_in = 1;
    for (std::size_t d = 1; d < weights.size(); ++d) fan_in *= weights[d];
    const float scale = std::sqrt(6.0F / static_cast<float>(fan_in));
    const std::string y = op("Conv", {x, random(weights, scale)}, attributes);
    const auto channels = static_cast<std::size_t>(weights[0]);
    std::vector<float> gamma(channels);
    std::vector<float> variance(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      gamma[c] = 1.0F + 0.2F * noise_.next();
      variance[c] = 1.0F + 0.3F * noise_.next();
    }
    return op("BatchNormalization",
              {y, builder_.floats({weights[0]}, gamma), random({weights[0]}, 0.1F),
               random({weights[0]}, 0.1F), builder_.floats({weights[0]}, variance)},
              {{"epsilon", 1e-5F}});
  }

  std::string relu(const std::string& x) { return op("Relu", {x}); }

  /// Offset 0 and effective value 1 over the clip, whatever its padding.
  std::string normalised() {
    const std::string count = sum("mask", 1);
    const std::string mean = op("Div", {sum("samples", 1), count});
    const std::string centred = op("Mul", {op("Sub", {"samples", mean}), "mask"});
    const std::string power = op("Div", {sum(op("Mul", {centred, centred}), 1), count});
    const std::string rms = op("Sqrt", {op("Add", {power, builder_.number(1e-10F)})});
    return op("Div", {centred, rms});
  }

  std::string spectrum_weights() {
    std::vector<float> weights;
    for (int part = 0; part < 2; ++part) {
      for (int bin = 0; bin < kBins; ++bin) {
        for (int i = 0; i < kFrame; ++i) {
          const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kFrame);
          const double phase = 2 * std::numbers::pi * bin * i / 256.0;
          weights.push_back(
              static_cast<float>(hann * (part == 0 ? std::cos(phase) : -std::sin(phase))));
        }
      }
    }
    return builder_.floats({2L * kBins, 1, kFrame}, weights);
  }

  /// Triangles that overlap by half, even on ln(1 + f / 300).
  std::string band_weights() {
    const auto hertz = [](int edge) {
      const double low = std::log(1 + 20.0 / 300);
      const double high = std::log(1 + 1000.0 / 300);
      return 300 * (std::exp(low + (high - low) * edge / (kBands + 1)) - 1);
    };
    std::vector<float> weights;
    for (int band = 0; band < kBands; ++band) {
      for (int bin = 0; bin < kBins; ++bin) {
        const double f = bin * 1000.0 / (kBins - 1);
        const double rise = (f - hertz(band)) / (hertz(band + 1) - hertz(band));
        const double fall = (hertz(band + 2) - f) / (hertz(band + 2) - hertz(band + 1));
        weights.push_back(static_cast<float>(std::max(0.0, std::min(rise, fall))));
      }
    }
    return builder_.floats({kBands, kBins, 1}, weights);
  }

  std::string front_end() {
    const std::string axis0 = builder_.integers({0});
    const std::string x = op("Unsqueeze", {normalised(), axis0});
    const std::string padded = op("Pad", {x, builder_.integers({0, 0, 50, 0, 0, 49})});
    const std::string spectrum =
        op("Conv", {padded, spectrum_weights()}, {{"strides", Sizes{kHop}}});
    const std::vector<std::string> parts =
        builder_.nodes("Split", {spectrum}, {{"axis", std::int64_t{1}}}, 2);
    const std::string power =
        op("Add", {op("Mul", {parts[0], parts[0]}), op("Mul", {parts[1], parts[1]})});
    const std::string mel = op("Conv", {power, band_weights()});
    const std::string level = op("Log", {op("Add", {mel, builder_.number(1e-3F)})});

    const std::string mask = op("Unsqueeze", {"mask", axis0});
    frame_mask_ = op("MaxPool", {mask}, {{"kernel_shape", Sizes{kHop}}, {"strides", Sizes{kHop}}});
    const std::string mean =
        op("Div", {sum(op("Mul", {level, frame_mask_}), 2), sum(frame_mask_, 2)});
    const std::string flat = op("Mul", {op("Sub", {level, mean}), frame_mask_});
    step_mask_ =
        op("MaxPool", {frame_mask_},
           {{"kernel_shape", Sizes{4}}, {"strides", Sizes{4}}, {"ceil_mode", std::int64_t{1}}});
    const std::string scaled = op("Mul", {flat, builder_.number(0.43F)});
    return op("Unsqueeze", {scaled, builder_.integers({1})});
  }

  std::string trunk(const std::string& bands) {
    const auto conv2d = [&](const std::string& x, std::int64_t in, std::int64_t out,
                            std::int64_t kernel, const Sizes& strides) {
      const std::int64_t pad = kernel / 2;
      return relu(conv_norm(x, {out, in, kernel, kernel},
                            {{"pads", Sizes{pad, pad, pad, pad}}, {"strides", strides}}));
    };
    std::string x = conv2d(bands, 1, 16, 5, {2, 2});
    x = conv2d(x, 16, 24, 3, {2, 1});
    x = conv2d(x, 24, 48, 3, {2, 2});
    x = conv2d(x, 48, 64, 3, {2, 1});
    x = op("Reshape", {x, builder_.integers({1, 128, -1})});
    x = relu(conv_norm(x, {kWidth, 128, 1}, {}));
    for (const std::int64_t dilation : std::array<std::int64_t, 4>{1, 2, 4, 8}) {
      std::string y = relu(conv_norm(x, {kWidth, 1, 7},
                                     {{"group", std::int64_t{kWidth}},
                                      {"dilations", Sizes{dilation}},
                                      {"pads", Sizes{3 * dilation, 3 * dilation}}}));
      y = conv_norm(y, {kWidth, kWidth, 1}, {});
      x = relu(op("Add", {x, y}));
    }
    return x;
  }

  std::string head(const std::string& features) {
    const std::string hidden =
        op("Mul", {op("Sub", {step_mask_, builder_.number(1)}), builder_.number(1e4F)});
    const std::string weights = random({4, kWidth, 1}, 0.2F);
    const std::string attention =
        op("Softmax", {op("Add", {op("Conv", {features, weights}), hidden})},
           {{"axis", std::int64_t{2}}});
    const std::string turned = op("Transpose", {features}, {{"perm", Sizes{0, 2, 1}}});
    const std::string heads = op("Flatten", {op("MatMul", {attention, turned})});
    const std::string largest = op("ReduceMax", {op("Add", {features, hidden})},
                                   {{"axes", Sizes{2}}, {"keepdims", std::int64_t{0}}});
    const std::string mean =
        op("Squeeze", {op("Div", {sum(op("Mul", {features, step_mask_}), 2), sum(step_mask_, 2)}),
                       builder_.integers({2})});
    const std::string pooled = op("Concat", {heads, largest, mean}, {{"axis", std::int64_t{1}}});
    return op("Gemm", {pooled, random({kScores, 6L * kWidth}, 0.05F), random({kScores}, 0.1F)},
              {{"transB", std::int64_t{1}}});
  }

  std::string window_head(const std::string& features) {
    const std::string pooled =
        op("AveragePool", {features}, {{"kernel_shape", Sizes{40}}, {"strides", Sizes{20}}});
    const std::string turned = op("Transpose", {pooled}, {{"perm", Sizes{0, 2, 1}}});
    return op("MatMul", {turned, random({kWidth, kScores}, 0.2F)});
  }

  std::string average(const std::vector<std::string>& values) {
    std::string total = values[0];
    for (std::size_t i = 1; i < values.size(); ++i) total = op("Add", {total, values[i]});
    return op("Mul", {total, builder_.number(1.0F / static_cast<float>(values.size()))});
  }

  OnnxBuilder builder_;
  int trunks_;
  Noise noise_{7};
  std::string frame_mask_;
  std::string step_mask_;
};

}  // namespace

OnnxBuilder standin_network(int trunks) { return Writer(trunks).write(); }

}  // namespace auscult::golden
