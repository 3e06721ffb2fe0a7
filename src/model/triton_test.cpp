#include "model/triton.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <memory>

#include "model/file.hpp"

namespace auscult::model {
namespace {

namespace pb = google::protobuf;
using testing::ElementsAre;
using testing::HasSubstr;

// The fields that we write, with the names, numbers and types that they have in model_config.proto
// of triton-inference-server/common.
constexpr const char* kSchema = R"(
  name: "model_config.proto" package: "inference" syntax: "proto3"
  enum_type { name: "DataType"
    value { name: "TYPE_INVALID" number: 0 } value { name: "TYPE_FP32" number: 11 } }
  message_type { name: "ModelInput"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "data_type" number: 2 type: TYPE_ENUM label: LABEL_OPTIONAL type_name: ".inference.DataType" }
    field { name: "dims" number: 4 type: TYPE_INT64 label: LABEL_REPEATED } }
  message_type { name: "ModelOutput"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "data_type" number: 2 type: TYPE_ENUM label: LABEL_OPTIONAL type_name: ".inference.DataType" }
    field { name: "dims" number: 3 type: TYPE_INT64 label: LABEL_REPEATED } }
  message_type { name: "ModelParameter"
    field { name: "string_value" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
  message_type { name: "ModelConfig"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "platform" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "max_batch_size" number: 4 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "input" number: 5 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".inference.ModelInput" }
    field { name: "output" number: 6 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".inference.ModelOutput" }
    field { name: "parameters" number: 14 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".inference.ModelConfig.ParametersEntry" }
    field { name: "backend" number: 17 type: TYPE_STRING label: LABEL_OPTIONAL }
    nested_type { name: "ParametersEntry" options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: ".inference.ModelParameter" } } }
)";

class Schema {
 public:
  Schema() {
    pb::FileDescriptorProto file;
    EXPECT_TRUE(pb::TextFormat::ParseFromString(kSchema, &file));
    EXPECT_NE(pool_.BuildFile(file), nullptr);
  }

  /// Null if `text` is none in protobuf's text format.
  std::unique_ptr<pb::Message> parse(const std::string& text) {
    const auto* type = pool_.FindMessageTypeByName("inference.ModelConfig");
    std::unique_ptr<pb::Message> message(factory_.GetPrototype(type)->New());
    return pb::TextFormat::ParseFromString(text, message.get()) ? std::move(message) : nullptr;
  }

 private:
  pb::DescriptorPool pool_;
  pb::DynamicMessageFactory factory_{&pool_};
};

std::string text_of(const pb::Message& message, const char* field) {
  const auto* found = message.GetDescriptor()->FindFieldByName(field);
  return message.GetReflection()->GetString(message, found);
}

std::vector<std::int64_t> dims_of(const pb::Message& message) {
  const auto* found = message.GetDescriptor()->FindFieldByName("dims");
  std::vector<std::int64_t> dims;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, found); ++i) {
    dims.push_back(message.GetReflection()->GetRepeatedInt64(message, found, i));
  }
  return dims;
}

/// Names and sizes of a config's inputs or outputs.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors_of(const pb::Message& config,
                                                                          const char* field) {
  const auto* found = config.GetDescriptor()->FindFieldByName(field);
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
  for (int i = 0; i < config.GetReflection()->FieldSize(config, found); ++i) {
    const pb::Message& one = config.GetReflection()->GetRepeatedMessage(config, found, i);
    const auto* type = one.GetDescriptor()->FindFieldByName("data_type");
    EXPECT_EQ(one.GetReflection()->GetEnum(one, type)->name(), "TYPE_FP32");
    tensors.emplace_back(text_of(one, "name"), dims_of(one));
  }
  return tensors;
}

TEST(TritonConfig, NamesWhatTheShippedGraphTakesAndGives) {
  const auto path = std::filesystem::path(AUSCULT_SOURCE_DIR) / "models/auscult-1/model.onnx";
  const auto bytes = read_file(path);
  ASSERT_TRUE(bytes);
  const auto text = triton_config(*bytes, "auscult-1");
  ASSERT_TRUE(text) << text.error().message;
  Schema schema;
  const auto config = schema.parse(*text);
  ASSERT_NE(config, nullptr) << *text;
  EXPECT_EQ(text_of(*config, "name"), "auscult-1");
  EXPECT_EQ(text_of(*config, "backend"), "onnxruntime");
  EXPECT_EQ(text_of(*config, "platform"), "onnxruntime_onnx");

  // The graph by its own library, not by our reader.
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
  const auto expected = [](const auto& values) {
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
    for (const auto& value : values) {
      std::vector<std::int64_t> dims;
      for (const auto& dim : value.type().tensor_type().shape().dim()) {
        dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
      }
      tensors.emplace_back(value.name(), dims);
    }
    return tensors;
  };
  EXPECT_EQ(tensors_of(*config, "input"), expected(model.graph().input()));
  EXPECT_EQ(tensors_of(*config, "output"), expected(model.graph().output()));
  EXPECT_THAT(tensors_of(*config, "input").front().second, ElementsAre(1, -1));
  EXPECT_THAT(*text, HasSubstr("key: \"auscult.labels\""));
}

TEST(TritonConfig, EscapesWhatIsQuoted) {
  onnx::ModelProto model;
  auto* input = model.mutable_graph()->add_input();
  input->set_name("a\"b\\\n");
  auto* type = input->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_value(7);
  const std::string bytes = model.SerializeAsString();
  const auto text = triton_config(std::as_bytes(std::span(bytes)), "x");
  ASSERT_TRUE(text);
  Schema schema;
  const auto config = schema.parse(*text);
  ASSERT_NE(config, nullptr) << *text;
  const auto inputs = tensors_of(*config, "input");
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].first, "a\"b\\\n");
  EXPECT_THAT(inputs[0].second, ElementsAre(7));
}

TEST(TritonConfig, RefusesWhatIsNoOnnx) {
  const std::string bytes = "no model";
  const auto text = triton_config(std::as_bytes(std::span(bytes)), "x");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::unsupported_model);
}

}  // namespace
}  // namespace auscult::model
