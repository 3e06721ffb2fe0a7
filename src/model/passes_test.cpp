#include "model/passes.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx_builder.hpp"
#include "model/onnx_file.hpp"
#include "model/specialise.hpp"

namespace auscult::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Sizes = OnnxBuilder::Sizes;

std::string three_channels(OnnxBuilder& builder) {
  return builder.node("Reshape", {"samples", builder.integers({1, 3, 4})});
}

std::string convolution(OnnxBuilder& builder, const std::string& x) {
  return builder.node("Conv", {x, builder.floats({3, 3, 1}, std::vector<float>(9, 0.5F))});
}

std::string normalisation(OnnxBuilder& builder, const std::string& x) {
  const std::string c = builder.floats({3}, {1, 2, 3});
  return builder.node("BatchNormalization", {x, c, c, c, c});
}

Graph simplified(const OnnxBuilder& builder) {
  Result<OnnxFile> file = decode_onnx(builder.bytes());
  EXPECT_TRUE(file) << file.error().message;
  const Status status = simplify(file->graph);
  EXPECT_TRUE(status) << status.error().message;
  return std::move(file->graph);
}

std::string refusal(const OnnxBuilder& builder) {
  Result<OnnxFile> file = decode_onnx(builder.bytes());
  EXPECT_TRUE(file) << file.error().message;
  const Status status = simplify(file->graph);
  EXPECT_FALSE(status);
  return status ? "" : status.error().message;
}

std::vector<std::string> operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op);
  return names;
}

SpecialisedGraph specialised(const OnnxBuilder& builder) {
  Result<SpecialisedGraph> result = specialise(simplified(builder), 12);
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

std::vector<std::string> operators(const SpecialisedGraph& graph) {
  std::vector<std::string> names;
  for (const PlannedNode& planned : graph.nodes) {
    names.push_back(planned.node.op + (planned.residual == kNoValue ? "" : " sum") +
                    (planned.activation ? " relu" : ""));
  }
  return names;
}

TEST(Simplify, NamesTheOperatorAndTheNodeItDoesNotKnow) {
  OnnxBuilder builder("[12]");
  builder.output("scores", builder.node("LSTM", {"samples"}));
  EXPECT_THAT(refusal(builder),
              HasSubstr("node 'LSTM_0': operator LSTM is not supported; docs/model-format.md"));
}

TEST(Simplify, FoldsBatchNormalizationIntoTheConvolution) {
  OnnxBuilder builder("[12]");
  builder.output("scores", normalisation(builder, convolution(builder, three_channels(builder))));
  EXPECT_THAT(operators(simplified(builder)), ElementsAre("Reshape", "Conv", "Identity"));
}

TEST(Simplify, KeepsBatchNormalizationOfAConvolutionThatIsUsedTwice) {
  OnnxBuilder builder("[12]");
  const std::string y = convolution(builder, three_channels(builder));
  builder.output("scores", builder.node("Add", {normalisation(builder, y), y}));
  EXPECT_THAT(operators(simplified(builder)),
              ElementsAre("Reshape", "Conv", "BatchNormalization", "Add", "Identity"));
}

TEST(Simplify, DropsWhatNoOutputNeeds) {
  OnnxBuilder builder("[12]");
  builder.node("Exp", {"samples"});
  builder.output("scores", builder.node("Neg", {"samples"}));
  EXPECT_THAT(operators(simplified(builder)), ElementsAre("Neg", "Identity"));
}

TEST(Simplify, ComputesConstants) {
  OnnxBuilder builder("[12]");
  const std::string sum = builder.node("Add", {builder.number(2), builder.number(3)});
  builder.output("scores", builder.node("Mul", {"samples", builder.node("Sqrt", {sum})}));
  const Graph graph = simplified(builder);
  ASSERT_THAT(operators(graph), ElementsAre("Mul", "Identity"));
  EXPECT_FLOAT_EQ(graph.constant(graph.nodes[0].inputs[1])->floats.at(0), std::sqrt(5.0F));
}

TEST(Simplify, RefusesConstantsThatGrowTooLarge) {
  OnnxBuilder builder("[12]");
  const Sizes sizes{8'000, 8'000};
  std::string x = builder.node("Expand", {builder.number(1), builder.integers(sizes)});
  x = builder.node("Neg", {x});
  builder.output("scores", x);
  EXPECT_THAT(refusal(builder), HasSubstr("grow too large"));
}

TEST(Simplify, KeepsF32UpToALogarithm) {
  OnnxBuilder builder("[12]");
  const std::string before = convolution(builder, three_channels(builder));
  const std::string after = convolution(builder, builder.node("Log", {before}));
  builder.output("scores", after);
  const Graph graph = simplified(builder);
  ASSERT_THAT(operators(graph), ElementsAre("Reshape", "Conv", "Log", "Conv", "Identity"));
  EXPECT_TRUE(graph.nodes[1].keep_f32);
  EXPECT_FALSE(graph.nodes[3].keep_f32);
}

TEST(Simplify, WritesGemmAsProductAndSum) {
  OnnxBuilder builder("[12]");
  const std::string b = builder.floats({2, 12}, std::vector<float>(24, 1));
  builder.output("scores", builder.node("Gemm", {"samples", b, builder.floats({2}, {1, 2})},
                                        {{"transB", std::int64_t{1}}}));
  EXPECT_THAT(operators(simplified(builder)), ElementsAre("MatMul", "Add", "Identity"));
}

TEST(Specialise, FusesReluIntoTheConvolution) {
  OnnxBuilder builder("[12]");
  const std::string y = convolution(builder, three_channels(builder));
  builder.output("scores", builder.node("Relu", {y}));
  EXPECT_THAT(operators(specialised(builder)), ElementsAre("Reshape", "Conv relu", "Identity"));
}

TEST(Specialise, FusesAResidualSumAndTheReluAfterIt) {
  OnnxBuilder builder("[12]");
  const std::string x = convolution(builder, three_channels(builder));
  const std::string y = builder.node("Relu", {convolution(builder, x)});
  const std::string sum = builder.node("Add", {x, convolution(builder, y)});
  builder.output("scores", builder.node("Relu", {sum}));
  EXPECT_THAT(operators(specialised(builder)),
              ElementsAre("Reshape", "Conv", "Conv relu", "Conv sum relu", "Identity"));
}

TEST(Specialise, DoesNotFuseIntoAConvolutionThatIsUsedTwice) {
  OnnxBuilder builder("[12]");
  const std::string y = convolution(builder, three_channels(builder));
  const std::string sum =
      builder.node("Add", {builder.node("Relu", {y}), builder.node("Exp", {y})});
  builder.output("scores", sum);
  EXPECT_THAT(operators(specialised(builder)),
              ElementsAre("Reshape", "Conv", "Relu", "Exp", "Add", "Identity"));
}

TEST(Specialise, DoesNotFuseASumThatBroadcasts) {
  OnnxBuilder builder("[12]");
  const std::string x = three_channels(builder);
  const std::string row = builder.node("ReduceMax", {x}, {{"axes", Sizes{1}}});
  builder.output("scores", builder.node("Add", {convolution(builder, x), row}));
  EXPECT_THAT(operators(specialised(builder)),
              ElementsAre("Reshape", "ReduceMax", "Conv", "Add", "Identity"));
}

TEST(Specialise, ComputesWhatDependsOnShapesOnly) {
  OnnxBuilder builder("[12]");
  const std::string shape = builder.node("Shape", {"samples"});
  const std::string half = builder.node("Div", {shape, builder.integers({1, 2})});
  const std::string target =
      builder.node("Concat", {builder.integers({2}), half}, {{"axis", std::int64_t{0}}});
  builder.output("scores", builder.node("Reshape", {"samples", target}));
  EXPECT_THAT(operators(specialised(builder)), ElementsAre("Reshape", "Identity"));
}

struct Misfit {
  const char* reason;
  std::string (*body)(OnnxBuilder&);
};

class SpecialiseRefuses : public ::testing::TestWithParam<Misfit> {};

TEST_P(SpecialiseRefuses, WithTheReason) {
  OnnxBuilder builder("[12]");
  builder.output("scores", GetParam().body(builder));
  const Result<SpecialisedGraph> result = specialise(simplified(builder), 12);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unsupported_model);
  EXPECT_THAT(result.error().message, AllOf(HasSubstr("node '"), HasSubstr(GetParam().reason)));
}

std::vector<Misfit> misfits() {
  return {
      {"do not broadcast",
       [](OnnxBuilder& b) {
         return b.node("Add", {"samples", b.floats({5}, {1, 2, 3, 4, 5})});
       }},
      {"cannot give [1, 12] the shape [5, -1]",
       [](OnnxBuilder& b) {
         return b.node("Reshape", {"samples", b.integers({5, -1})});
       }},
      {"known at load",
       [](OnnxBuilder& b) {
         return b.node("Reshape", {"samples", "samples"});
       }},
      {"the weights must be floats known at load",
       [](OnnxBuilder& b) {
         const std::string x = three_channels(b);
         return b.node("Conv", {x, x});
       }},
      {"does not fit the input",
       [](OnnxBuilder& b) {
         const std::string w = b.floats({1, 3, 9}, std::vector<float>(27, 1));
         return b.node("Conv", {three_channels(b), w});
       }},
      {"2 groups do not fit",
       [](OnnxBuilder& b) {
         const std::string w = b.floats({3, 3, 1}, std::vector<float>(9, 1));
         return b.node("Conv", {three_channels(b), w}, {{"group", std::int64_t{2}}});
       }},
      {"auto_pad 'SAME_UPPER' is not supported",
       [](OnnxBuilder& b) {
         return b.node("MaxPool", {three_channels(b)},
                       {{"kernel_shape", Sizes{2}}, {"auto_pad", std::string("SAME_UPPER")}});
       }},
      {"out of bounds",
       [](OnnxBuilder& b) {
         return b.node("MaxPool", {three_channels(b)},
                       {{"kernel_shape", Sizes{2}}, {"strides", Sizes{0}}});
       }},
      {"the attribute 'wrong' is not supported",
       [](OnnxBuilder& b) {
         return b.node("Relu", {"samples"}, {{"wrong", 1.0F}});
       }},
      {"the axis 2 is outside the 2 dimensions",
       [](OnnxBuilder& b) {
         return b.node("Concat", {"samples"}, {{"axis", std::int64_t{2}}});
       }},
      {"is empty",
       [](OnnxBuilder& b) {
         return b.node("Slice", {"samples", b.integers({5}), b.integers({5}), b.integers({1})});
       }},
      {"a step is 0",
       [](OnnxBuilder& b) {
         return b.node("Slice", {"samples", b.integers({0}), b.integers({5}), b.integers({1}),
                                 b.integers({0})});
       }},
      {"do not make up",
       [](OnnxBuilder& b) {
         return b.nodes("Split", {"samples", b.integers({3, 3})}, {{"axis", std::int64_t{1}}},
                        2)[0];
       }},
      {"an input is of integers",
       [](OnnxBuilder& b) {
         return b.node("Mul", {"samples", b.integers({2})});
       }},
      {"cannot be multiplied",
       [](OnnxBuilder& b) {
         return b.node("MatMul", {"samples", "samples"});
       }},
      {"more than",
       [](OnnxBuilder& b) {
         return b.node("Expand", {"samples", b.integers({1 << 30, 1 << 30, 1, 12})});
       }},
  };
}

INSTANTIATE_TEST_SUITE_P(Nodes, SpecialiseRefuses, ::testing::ValuesIn(misfits()));

}  // namespace
}  // namespace auscult::model
