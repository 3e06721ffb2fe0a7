#include "model/triton.hpp"

#include <google/protobuf/stubs/strutil.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <set>

namespace auscult::model {
namespace {

/// A text of the protobuf text format, which escapes as C does.
std::string quoted(const std::string& text) { return '"' + google::protobuf::CEscape(text) + '"'; }

Result<std::string> tensor(const char* kind, const onnx::ValueInfoProto& value) {
  const onnx::TypeProto_Tensor& type = value.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT || !type.has_shape()) {
    return fail(ErrorCode::unsupported_model, "the " + std::string(kind) + " '" + value.name() +
                                                  "' is not a tensor of floats with a shape");
  }
  std::string dims;
  for (const auto& dim : type.shape().dim()) {
    if (!dims.empty()) dims += ", ";
    dims += dim.has_dim_value() ? std::to_string(dim.dim_value()) : "-1";
  }
  return std::string(kind) + " [\n  {\n    name: " + quoted(value.name()) +
         "\n    data_type: TYPE_FP32\n    dims: [ " + dims + " ]\n  }\n]\n";
}

}  // namespace

Result<std::string> triton_config(std::span<const std::byte> onnx, const std::string& name) {
  onnx::ModelProto model;
  const bool fits = onnx.size() <= std::numeric_limits<int>::max();
  if (!fits || !model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size())) ||
      !model.has_graph()) {
    return fail(ErrorCode::unsupported_model, "this is no ONNX file");
  }
  std::set<std::string> constants;
  for (const onnx::TensorProto& constant : model.graph().initializer()) {
    constants.insert(constant.name());
  }
  // Without batching the sizes are those of the graph, the first among them.
  std::string config = "name: " + quoted(name) +
                       "\nbackend: \"onnxruntime\"\nplatform: \"onnxruntime_onnx\"\n"
                       "max_batch_size: 0\n";
  for (const onnx::ValueInfoProto& input : model.graph().input()) {
    if (constants.contains(input.name())) continue;
    const Result<std::string> text = tensor("input", input);
    if (!text) return text.error();
    config += *text;
  }
  for (const onnx::ValueInfoProto& output : model.graph().output()) {
    const Result<std::string> text = tensor("output", output);
    if (!text) return text.error();
    config += *text;
  }
  for (const auto& property : model.metadata_props()) {
    config += "parameters {\n  key: " + quoted(property.key()) +
              "\n  value { string_value: " + quoted(property.value()) + " }\n}\n";
  }
  return config;
}

}  // namespace auscult::model
