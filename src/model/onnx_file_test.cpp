#include "model/onnx_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx_builder.hpp"

namespace auscult::model {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

OnnxBuilder small_model() {
  OnnxBuilder builder("[4]");
  const std::string w = builder.floats({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  builder.output("scores", builder.node("MatMul", {"samples", w}));
  return builder;
}

std::string error_of(const OnnxBuilder& builder) {
  const Result<OnnxFile> file = decode_onnx(builder.bytes());
  EXPECT_FALSE(file);
  if (file) return "";
  EXPECT_EQ(file.error().code, ErrorCode::unsupported_model);
  return file.error().message;
}

onnx::TensorProto& first_tensor(OnnxBuilder& builder) {
  return *builder.proto().mutable_graph()->mutable_initializer(0);
}

TEST(DecodeOnnx, ReadsGraphAndMetadata) {
  const Result<OnnxFile> file = decode_onnx(small_model().bytes());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->graph.nodes.size(), 2U);
  EXPECT_EQ(file->graph.samples_dims, (Shape{1, -1}));
  EXPECT_EQ(file->graph.mask, kNoValue);
  EXPECT_EQ(file->metadata.at("auscult.name"), "test");
}

TEST(DecodeOnnx, RefusesEveryTruncationOrReadsIt) {
  // A cut at the end of a field may leave a file that is whole in itself.
  const std::vector<std::byte> bytes = small_model().bytes();
  std::size_t refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (!decode_onnx(std::span(bytes).first(size))) ++refused;
  }
  EXPECT_GT(refused, bytes.size() / 2);
}

TEST(DecodeOnnx, SurvivesEveryChangedByte) {
  std::vector<std::byte> bytes = small_model().bytes();
  std::size_t refused = 0;
  for (std::byte& byte : bytes) {
    const std::byte before = byte;
    byte ^= std::byte{0xFF};
    if (!decode_onnx(bytes)) ++refused;
    byte = before;
  }
  EXPECT_GT(refused, 0U);
}

TEST(DecodeOnnx, RefusesAnEmptyFile) {
  const Result<OnnxFile> file = decode_onnx({});
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("no ONNX file"));
}

TEST(DecodeOnnx, RefusesHugeDimensionsWithoutAllocatingThem) {
  OnnxBuilder builder = small_model();
  first_tensor(builder).set_dims(0, std::int64_t{1} << 62);
  EXPECT_THAT(error_of(builder), HasSubstr("elements"));
}

TEST(DecodeOnnx, RefusesNegativeDimensions) {
  OnnxBuilder builder = small_model();
  first_tensor(builder).set_dims(0, -4);
  EXPECT_THAT(error_of(builder), AllOf(HasSubstr("[-4, 2]"), HasSubstr("negative")));
}

TEST(DecodeOnnx, RefusesDataThatDoNotFillTheShape) {
  OnnxBuilder builder = small_model();
  first_tensor(builder).set_dims(0, 5);
  EXPECT_THAT(error_of(builder), HasSubstr("[5, 2]"));
}

TEST(DecodeOnnx, RefusesDataInAnotherFile) {
  OnnxBuilder builder = small_model();
  first_tensor(builder).set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(error_of(builder), HasSubstr("another file"));
}

TEST(DecodeOnnx, RefusesElementTypesByName) {
  OnnxBuilder builder = small_model();
  first_tensor(builder).set_data_type(onnx::TensorProto::FLOAT16);
  EXPECT_THAT(error_of(builder), HasSubstr("FLOAT16"));
}

TEST(DecodeOnnx, RefusesACycle) {
  OnnxBuilder builder("[4]");
  const std::string a = builder.node("Relu", {"samples"});
  const std::string b = builder.node("Add", {a, "samples"});
  builder.proto().mutable_graph()->mutable_node(0)->set_input(0, b);
  builder.output("scores", b);
  EXPECT_THAT(error_of(builder), AllOf(HasSubstr("Relu"), HasSubstr("earlier node")));
}

TEST(DecodeOnnx, RefusesAMissingInitialiser) {
  OnnxBuilder builder("[4]");
  builder.output("scores", builder.node("Add", {"samples", "nowhere"}));
  EXPECT_THAT(error_of(builder), HasSubstr("'nowhere'"));
}

TEST(DecodeOnnx, RefusesAValueWithTwoSources) {
  OnnxBuilder builder = small_model();
  *builder.proto().mutable_graph()->add_initializer() = first_tensor(builder);
  EXPECT_THAT(error_of(builder), HasSubstr("two sources"));
}

TEST(DecodeOnnx, RefusesANodeWithoutOutputs) {
  OnnxBuilder builder = small_model();
  builder.proto().mutable_graph()->add_node()->set_op_type("Split");
  EXPECT_THAT(error_of(builder), AllOf(HasSubstr("Split"), HasSubstr("no output")));
}

TEST(DecodeOnnx, RefusesAnotherInput) {
  OnnxBuilder builder = small_model();
  builder.input("age", {1, 1});
  EXPECT_THAT(error_of(builder), HasSubstr("'age'"));
}

TEST(DecodeOnnx, RefusesABatchOfClips) {
  OnnxBuilder builder("[4]");
  builder.proto().mutable_graph()->mutable_input()->Clear();
  builder.input("samples", {8, 100});
  builder.output("scores", "samples");
  EXPECT_THAT(error_of(builder), HasSubstr("[8, 100]"));
}

TEST(DecodeOnnx, RefusesAGraphWithoutScores) {
  OnnxBuilder builder("[4]");
  builder.output("a", "samples");
  builder.output("b", "samples");
  EXPECT_THAT(error_of(builder), HasSubstr("'scores'"));
}

TEST(DecodeOnnx, RefusesOtherOperatorSets) {
  EXPECT_THAT(error_of(OnnxBuilder("[4]", 6)), HasSubstr("version 6"));
  EXPECT_THAT(error_of(OnnxBuilder("[4]", 99)), HasSubstr("version 99"));
}

TEST(DecodeOnnx, RefusesOperatorsOfOtherDomains) {
  OnnxBuilder builder = small_model();
  builder.proto().mutable_graph()->mutable_node(0)->set_domain("com.microsoft");
  EXPECT_THAT(error_of(builder), HasSubstr("com.microsoft"));
}

TEST(DecodeOnnx, TakesTheOnlyInputAndOutputWhateverTheirNames) {
  OnnxBuilder builder("[4]");
  builder.proto().mutable_graph()->mutable_input()->Clear();
  builder.input("audio", {1, 1, 4});
  builder.output("logits", builder.node("Flatten", {"audio"}));
  const Result<OnnxFile> file = decode_onnx(builder.bytes());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->graph.samples_dims, (Shape{1, 1, 4}));
}

}  // namespace
}  // namespace auscult::model
