#include "cases.hpp"

#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <utility>

#include "model/model.hpp"
#include "model/onnx_builder.hpp"
#include "real_clips.hpp"
#include "standin.hpp"

namespace auscult::golden {

namespace {

using model::OnnxBuilder;
using Sizes = OnnxBuilder::Sizes;
using Attributes = OnnxBuilder::Attributes;

constexpr std::int64_t kSamples = 192;

std::vector<float> random_values(std::size_t count, std::uint64_t seed, float low = -1,
                                 float high = 1) {
  Noise noise(seed);
  std::vector<float> values(count);
  for (float& value : values) value = low + (high - low) * (0.5F + 0.5F * noise.next());
  return values;
}

/// Collects the cases; each gives its model's input and takes the value that becomes the scores.
class Cases {
 public:
  using Body = std::function<std::string(OnnxBuilder&)>;

  void add(const std::string& name, const Body& body, int opset = 13) {
    OnnxBuilder builder("[" + std::to_string(kSamples) + "]", opset);
    const std::string result = body(builder);
    builder.output("scores", builder.node("Flatten", {result}));
    cases_.push_back({name, builder.bytes(), {{"noise", random_values(kSamples, 11)}}});
  }

  void add_unary(const std::string& op, const Attributes& attributes = {}, bool positive = false) {
    add(op, [&](OnnxBuilder& b) {
      std::string x = "samples";
      if (positive) x = b.node("Add", {b.node("Abs", {x}), b.number(0.01F)});
      return b.node(op, {x}, attributes);
    });
  }

  std::vector<Case> take() { return std::move(cases_); }

 private:
  std::vector<Case> cases_;
};

std::string shaped(OnnxBuilder& b, const Sizes& dims) {
  return b.node("Reshape", {"samples", b.integers(dims)});
}

std::string weights(OnnxBuilder& b, const Sizes& dims, std::uint64_t seed) {
  std::size_t count = 1;
  for (const std::int64_t size : dims) count *= static_cast<std::size_t>(size);
  return b.floats(dims, random_values(count, seed));
}

void add_elementwise(Cases& cases) {
  for (const char* op : {"Relu", "Sigmoid", "Tanh", "Exp", "Abs", "Neg", "HardSigmoid"}) {
    cases.add_unary(op);
  }
  for (const char* op : {"Log", "Sqrt", "Reciprocal"}) cases.add_unary(op, {}, true);
  cases.add_unary("LeakyRelu", {{"alpha", 0.2F}});
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Min", "Max"}) {
    cases.add(std::string(op) + "Broadcast", [op](OnnxBuilder& b) {
      const std::string x = shaped(b, {2, 4, 6, 4});
      const std::string row = b.node(op, {x, weights(b, {6, 1}, 21)});
      const std::string both = b.node(op, {weights(b, {3, 1, 1, 1, 1}, 22), row});
      return b.node(op, {both, x});
    });
  }
  cases.add("Pow", [](OnnxBuilder& b) {
    const std::string square = b.node("Pow", {"samples", b.number(2)});
    return b.node("Pow", {square, b.number(0.3F)});
  });
  cases.add("Clip", [](OnnxBuilder& b) {
    return b.node("Clip", {"samples", b.number(-0.5F), b.number(0.25F)});
  });
  cases.add("BatchNormalization", [](OnnxBuilder& b) {
    const std::string variance = b.floats({8}, random_values(8, 34, 0.5F, 2));
    return b.node("BatchNormalization", {shaped(b, {1, 8, 24}), weights(b, {8}, 31),
                                         weights(b, {8}, 32), weights(b, {8}, 33), variance});
  });
}

void add_reductions(Cases& cases) {
  for (const char* op : {"ReduceMean", "ReduceMax", "ReduceMin"}) {
    cases.add(op, [op](OnnxBuilder& b) {
      const std::string inner =
          b.node(op, {shaped(b, {2, 4, 6, 4})}, {{"axes", Sizes{1, -1}}});  // [2, 1, 6, 1]
      const std::string outer =
          b.node(op, {shaped(b, {4, 8, 6})},
                 {{"axes", Sizes{0, 1}}, {"keepdims", std::int64_t{0}}});  // [6]
      return b.node("Add", {b.node("Squeeze", {inner}), outer});
    });
  }
  cases.add("ReduceMiddleAxis", [](OnnxBuilder& b) {
    return b.node("ReduceMean", {shaped(b, {4, 8, 6})}, {{"axes", Sizes{1}}});
  });
  cases.add("ReduceSum", [](OnnxBuilder& b) {
    return b.node("ReduceSum", {shaped(b, {2, 4, 6, 4}), b.integers({-1, 1})});
  });
  cases.add("ReduceAll", [](OnnxBuilder& b) {
    const std::string sum = b.node("ReduceSum", {shaped(b, {4, 48})});
    return b.node("Reshape", {sum, b.integers({1, 1})});
  });
  for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
    cases.add(op, [op](OnnxBuilder& b) { return b.node(op, {shaped(b, {1, 4, 6, 8})}); });
  }
  for (const std::int64_t axis : {-1, 1}) {
    cases.add(axis == 1 ? "SoftmaxMiddleAxis" : "Softmax", [axis](OnnxBuilder& b) {
      return b.node("Softmax", {shaped(b, {4, 8, 6})}, {{"axis", axis}});
    });
  }
  cases.add(
      "SoftmaxJoint",
      [](OnnxBuilder& b) {
        return b.node("Softmax", {shaped(b, {4, 8, 6})});
      },
      11);
}

void add_spatial(Cases& cases) {
  cases.add("Conv1d", [](OnnxBuilder& b) {
    return b.node("Conv", {shaped(b, {1, 4, 48}), weights(b, {6, 4, 5}, 41), weights(b, {6}, 42)},
                  {{"strides", Sizes{2}}, {"pads", Sizes{3, 1}}, {"dilations", Sizes{2}}});
  });
  cases.add("Conv1dGroups", [](OnnxBuilder& b) {
    return b.node("Conv", {shaped(b, {1, 4, 48}), weights(b, {6, 2, 3}, 43)},
                  {{"group", std::int64_t{2}}});
  });
  cases.add("Conv1dDepthwise", [](OnnxBuilder& b) {
    const std::string y =
        b.node("Conv", {shaped(b, {2, 24, 4}), weights(b, {24, 1, 3}, 44), weights(b, {24}, 45)},
               {{"group", std::int64_t{24}}, {"pads", Sizes{2, 2}}, {"dilations", Sizes{2}}});
    return b.node("LeakyRelu", {y}, {{"alpha", 0.1F}});
  });
  cases.add("Conv2d", [](OnnxBuilder& b) {
    return b.node("Conv",
                  {shaped(b, {1, 3, 8, 8}), weights(b, {5, 3, 3, 2}, 46), weights(b, {5}, 47)},
                  {{"strides", Sizes{2, 1}}, {"pads", Sizes{1, 0, 1, 1}}});
  });
  cases.add("Conv2dDepthwise", [](OnnxBuilder& b) {
    return b.node("Conv", {shaped(b, {1, 3, 8, 8}), weights(b, {3, 1, 3, 3}, 48)},
                  {{"group", std::int64_t{3}}, {"pads", Sizes{1, 1, 1, 1}}});
  });
  cases.add("ConvFrames", [](OnnxBuilder& b) {
    const std::string y = b.node("Conv", {shaped(b, {1, 1, 192}), weights(b, {9, 1, 16}, 49)},
                                 {{"strides", Sizes{7}}, {"pads", Sizes{8, 5}}});
    const std::string power = b.node("Add", {b.node("Mul", {y, y}), b.number(0.1F)});
    const std::string bands = b.floats({4, 9, 1}, random_values(36, 50, 0.1F, 1));
    const std::string floor = b.floats({4}, {0.1F, 0.2F, 0.3F, 0.4F});
    return b.node("Log", {b.node("Conv", {power, bands, floor})});
  });
  cases.add("ConvBatchNormalizationRelu", [](OnnxBuilder& b) {
    const std::string y =
        b.node("Conv", {shaped(b, {1, 4, 48}), weights(b, {6, 4, 3}, 51), weights(b, {6}, 52)});
    const std::string variance = b.floats({6}, random_values(6, 56, 0.5F, 2));
    const std::string normal =
        b.node("BatchNormalization",
               {y, weights(b, {6}, 53), weights(b, {6}, 54), weights(b, {6}, 55), variance});
    return b.node("Relu", {normal});
  });
  cases.add("ConvResidual", [](OnnxBuilder& b) {
    const Attributes same = {{"pads", Sizes{1, 1}}};
    const std::string x = b.node("Conv", {shaped(b, {1, 4, 48}), weights(b, {8, 4, 3}, 57)}, same);
    std::string y = b.node("Relu", {b.node("Conv", {x, weights(b, {8, 8, 3}, 58)}, same)});
    y = b.node("Conv", {y, weights(b, {8, 8, 3}, 59)}, same);
    const std::string sum = b.node("Relu", {b.node("Add", {x, y})});
    // x is used once more, so the sum must not take its memory.
    return b.node("Mul", {sum, x});
  });
  cases.add("ConvMasked", [](OnnxBuilder& b) {
    const Attributes same = {{"pads", Sizes{1, 1, 1, 1}}};
    std::string x = b.node("Conv", {shaped(b, {1, 4, 6, 8}), weights(b, {16, 4, 3, 3}, 76)}, same);
    x = b.node("Mul", {b.node("Relu", {x}), weights(b, {1, 1, 1, 8}, 77)});
    const std::string y = b.node("Conv", {x, weights(b, {16, 16, 3, 3}, 78)}, same);
    return b.node("Add", {b.node("Mul", {y, weights(b, {1, 1, 6, 1}, 79)}), x});
  });
  const Attributes pool = {{"kernel_shape", Sizes{5}}, {"strides", Sizes{3}}};
  const auto with = [&](Attributes more) {
    more.insert(more.end(), pool.begin(), pool.end());
    return more;
  };
  for (const char* op : {"AveragePool", "MaxPool"}) {
    cases.add(op, [&](OnnxBuilder& b) { return b.node(op, {shaped(b, {1, 4, 48})}, pool); });
    cases.add(std::string(op) + "Padded", [&](OnnxBuilder& b) {
      return b.node(op, {shaped(b, {1, 4, 48})}, with({{"pads", Sizes{2, 1}}}));
    });
    cases.add(std::string(op) + "Ceil", [&](OnnxBuilder& b) {
      return b.node(op, {shaped(b, {1, 4, 48})}, with({{"ceil_mode", std::int64_t{1}}}));
    });
    cases.add(std::string(op) + "2d", [&](OnnxBuilder& b) {
      return b.node(op, {shaped(b, {1, 3, 8, 8})},
                    {{"kernel_shape", Sizes{2, 3}}, {"strides", Sizes{2, 1}}});
    });
  }
  cases.add("AveragePoolCountingPads", [&](OnnxBuilder& b) {
    return b.node("AveragePool", {shaped(b, {1, 4, 48})},
                  with({{"pads", Sizes{2, 1}}, {"count_include_pad", std::int64_t{1}}}));
  });
}

void add_products(Cases& cases) {
  cases.add("Gemm", [](OnnxBuilder& b) {
    return b.node("Gemm", {shaped(b, {8, 24}), weights(b, {5, 24}, 61), weights(b, {5}, 62)},
                  {{"transB", std::int64_t{1}}, {"alpha", 0.5F}, {"beta", 2.0F}});
  });
  cases.add("GemmTransposed", [](OnnxBuilder& b) {
    return b.node("Gemm", {shaped(b, {24, 8}), weights(b, {24, 5}, 63)},
                  {{"transA", std::int64_t{1}}});
  });
  cases.add("MatMul", [](OnnxBuilder& b) {
    return b.node("MatMul", {shaped(b, {2, 4, 24}), weights(b, {24, 5}, 64)});
  });
  cases.add("MatMulOfValues", [](OnnxBuilder& b) {
    return b.node("MatMul", {shaped(b, {2, 12, 8}), shaped(b, {2, 8, 12})});
  });
  cases.add("MatMulBroadcast", [](OnnxBuilder& b) {
    return b.node("MatMul", {weights(b, {5, 24}, 65), shaped(b, {2, 24, 4})});
  });
}

void add_movements(Cases& cases) {
  cases.add("Transpose", [](OnnxBuilder& b) {
    return b.node("Transpose", {shaped(b, {2, 4, 6, 4})}, {{"perm", Sizes{2, 0, 3, 1}}});
  });
  cases.add("Slice", [](OnnxBuilder& b) {
    const std::string x = shaped(b, {2, 4, 6, 4});
    return b.node("Slice", {x, b.integers({1, -1, 0}), b.integers({4, -100, 1000}),
                            b.integers({1, 2, 3}), b.integers({1, -2, 3})});
  });
  cases.add("Split", [](OnnxBuilder& b) {
    const std::string x = shaped(b, {4, 12, 4});
    const auto parts = b.nodes("Split", {x, b.integers({3, 7, 2})}, {{"axis", std::int64_t{1}}}, 3);
    return b.node("Concat", {parts[2], parts[0], parts[1]}, {{"axis", std::int64_t{1}}});
  });
  cases.add("Concat", [](OnnxBuilder& b) {
    const std::string x = shaped(b, {4, 12, 4});
    return b.node("Concat", {x, weights(b, {4, 12, 2}, 71), x}, {{"axis", std::int64_t{-1}}});
  });
  cases.add("Pad", [](OnnxBuilder& b) {
    return b.node("Pad", {shaped(b, {4, 12, 4}), b.integers({0, 2, 1, 1, -3, 0}), b.number(7)});
  });
  cases.add("Gather", [](OnnxBuilder& b) {
    return b.node("Gather", {shaped(b, {4, 12, 4}), b.integers({3, -1, 0})},
                  {{"axis", std::int64_t{1}}});
  });
  cases.add("Expand", [](OnnxBuilder& b) {
    return b.node("Expand", {shaped(b, {16, 1, 12}), b.integers({2, 1, 3, 1})});
  });
  cases.add("ReshapeSqueeze", [](OnnxBuilder& b) {
    const std::string x = b.node("Reshape", {shaped(b, {4, 12, 4}), b.integers({0, 1, -1, 1})});
    const std::string y = b.node("Squeeze", {x, b.integers({-1})});
    return b.node("Unsqueeze", {y, b.integers({0, 2})});
  });
  cases.add("ShapeArithmetic", [](OnnxBuilder& b) {
    const std::string shape = b.node("Shape", {"samples"});
    const std::string length =
        b.node("Gather", {shape, b.integers({1})}, {{"axis", std::int64_t{0}}});
    const std::string half = b.node("Div", {length, b.integers({2})});
    const std::string target =
        b.node("Concat", {b.integers({2}), half}, {{"axis", std::int64_t{0}}});
    const std::string x = b.node("Reshape", {"samples", target});
    const std::string count = b.node("Cast", {half}, {{"to", std::int64_t{1}}});
    return b.node("Div", {x, count});
  });
}

// The files of one name in the folders of models/, by the folder's name.
std::vector<std::pair<std::string, std::vector<std::byte>>> shipped_files(const std::string& name) {
  std::vector<std::pair<std::string, std::vector<std::byte>>> files;
  std::error_code error;
  const std::filesystem::path folder = AUSCULT_SOURCE_DIR "/models";
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::ifstream file(entry.path() / name, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto bytes = std::as_bytes(std::span(text));
    if (!text.empty()) {
      files.emplace_back(entry.path().filename().string(), std::vector(bytes.begin(), bytes.end()));
    }
  }
  return files;
}

std::vector<Case> shipped_models() {
  std::vector<Case> models;
  for (auto& [name, bytes] : shipped_files("model.onnx")) {
    models.push_back({name, std::move(bytes), {}});
  }
  return models;
}

/// Of a shipped model, which the tests load again and judge.
model::ModelInfo info_of(const Case& one) {
  const Result<model::Model> model = model::Model::decode(one.model, model::Precision::f32);
  return model ? model->info() : model::ModelInfo{};
}

double longest_s(const model::ModelInfo& info) {
  return info.lengths.empty() ? 0 : static_cast<double>(info.lengths.back()) / info.sample_rate_hz;
}

}  // namespace

std::vector<Case> operator_cases() {
  Cases cases;
  add_elementwise(cases);
  add_reductions(cases);
  add_spatial(cases);
  add_products(cases);
  add_movements(cases);
  return cases.take();
}

std::vector<Case> standin_cases() {
  return {{"standin", standin_network(1).bytes(), synthetic_signals(2000, 30)},
          {"standin_ensemble", standin_network(3).bytes(), synthetic_signals(2000, 10)}};
}

std::vector<Case> shipped_cases() {
  std::vector<Case> cases = shipped_models();
  for (Case& one : cases) {
    const model::ModelInfo info = info_of(one);
    one.clips = synthetic_signals(info.sample_rate_hz, longest_s(info));
  }
  return cases;
}

std::vector<ForestFile> shipped_forests() {
  std::vector<ForestFile> forests;
  for (auto& [name, bytes] : shipped_files("forest.onnx")) {
    forests.push_back({name, std::move(bytes)});
  }
  return forests;
}

std::vector<Case> real_cases(const std::filesystem::path& data) {
  constexpr std::size_t kEvery = 20;  // Of 585.
  std::vector<Case> cases = shipped_models();
  for (Case& one : cases) {
    const model::ModelInfo info = info_of(one);
    one.clips = real_clips(data, info.sample_rate_hz, longest_s(info), kEvery);
  }
  return cases;
}

}  // namespace auscult::golden
