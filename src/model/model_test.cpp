#include "model/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx_builder.hpp"

namespace auscult::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> run(const OnnxBuilder& builder, const std::vector<float>& samples) {
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  EXPECT_TRUE(model) << model.error().message;
  if (!model) return {};
  Workspace workspace = model->make_workspace();
  const Result<Scores> scores = model->run(samples, workspace);
  EXPECT_TRUE(scores) << scores.error().message;
  if (!scores) return {};
  return {scores->clip.begin(), scores->clip.end()};
}

TEST(ModelRun, PadsToTheNextLengthAndMasksThePadding) {
  OnnxBuilder builder("[4, 6]");
  builder.input("mask", {1, -1});
  const std::string sum = builder.node("ReduceSum", {"samples", builder.integers({1})});
  const std::string count = builder.node("ReduceSum", {"mask", builder.integers({1})});
  const std::string shape = builder.node("Shape", {"samples"});
  const std::string length = builder.node(
      "Cast", {builder.node("Slice", {shape, builder.integers({1}), builder.integers({2})})},
      {{"to", std::int64_t{onnx::TensorProto::FLOAT}}});
  const std::string both = builder.node("Concat", {sum, count}, {{"axis", std::int64_t{1}}});
  builder.output(
      "scores",
      builder.node("Concat", {both, builder.node("Reshape", {length, builder.integers({1, 1})})},
                   {{"axis", std::int64_t{1}}}));
  EXPECT_THAT(run(builder, {1, 2, 3}), ElementsAre(6, 3, 4));
  EXPECT_THAT(run(builder, {1, 2, 3, 4, 5}), ElementsAre(15, 5, 6));
}

TEST(ModelRun, ComputesAConvolution) {
  OnnxBuilder builder("[5]");
  const std::string x = builder.node("Unsqueeze", {"samples", builder.integers({0})});
  const std::string w = builder.floats({2, 1, 3}, {1, 1, 1, 1, 0, -1});
  const std::string y = builder.node("Relu", {builder.node("Conv", {x, w})});
  builder.output("scores", builder.node("Flatten", {y}));
  EXPECT_THAT(run(builder, {1, 2, 3, 4, 1}), ElementsAre(6, 9, 8, 0, 0, 2));
}

}  // namespace
}  // namespace auscult::model
