#include "onnx_graph.hpp"

#include <onnx/onnx_pb.h>

#include <fstream>

namespace auscult::train {
namespace {

// The oldest opset with ReduceSum's axes as an input, which every current runtime reads.
constexpr int kOpset = 13;
constexpr int kIrVersion = 7;

void describe(onnx::ValueInfoProto& value, const std::string& name, const OnnxGraph::Sizes& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t size : shape) {
    onnx::TensorShapeProto::Dimension& dimension = *type.mutable_shape()->add_dim();
    if (size < 0) {
      dimension.set_dim_param(name == "window_scores" ? "W" : "N");
    } else {
      dimension.set_dim_value(size);
    }
  }
}

}  // namespace

struct OnnxGraph::State {
  onnx::ModelProto model;
  int named = 0;

  std::string next(const std::string& what) { return what + "_" + std::to_string(named++); }
};

OnnxGraph::OnnxGraph(const std::string& name) : state_(std::make_unique<State>()) {
  state_->model.set_ir_version(kIrVersion);
  state_->model.set_producer_name("auscult-train");
  state_->model.add_opset_import()->set_version(kOpset);
  state_->model.mutable_graph()->set_name(name);
}

OnnxGraph::~OnnxGraph() = default;

std::string OnnxGraph::input(const std::string& name, const Sizes& shape) {
  describe(*state_->model.mutable_graph()->add_input(), name, shape);
  return name;
}

std::string OnnxGraph::constant(const std::vector<float>& values, const Sizes& shape) {
  onnx::TensorProto& tensor = *state_->model.mutable_graph()->add_initializer();
  tensor.set_name(state_->next("weight"));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return tensor.name();
}

std::string OnnxGraph::integers(const Sizes& values) {
  onnx::TensorProto& tensor = *state_->model.mutable_graph()->add_initializer();
  tensor.set_name(state_->next("sizes"));
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  return tensor.name();
}

std::string OnnxGraph::node(const std::string& type, const std::vector<std::string>& inputs,
                            const Attributes& attributes) {
  onnx::NodeProto& node = *state_->model.mutable_graph()->add_node();
  node.set_op_type(type);
  node.set_name(state_->next(type));
  for (const std::string& input : inputs) node.add_input(input);
  for (const auto& [name, value] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      attribute.set_type(onnx::AttributeProto::INT);
      attribute.set_i(*number);
    } else {
      attribute.set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t size : std::get<Sizes>(value)) attribute.add_ints(size);
    }
  }
  node.add_output(node.name() + "_out");
  return node.output(0);
}

void OnnxGraph::output(const std::string& name, const std::string& value, const Sizes& shape) {
  onnx::NodeProto& node = *state_->model.mutable_graph()->add_node();
  node.set_op_type("Identity");
  node.set_name(name + "_identity");
  node.add_input(value);
  node.add_output(name);
  describe(*state_->model.mutable_graph()->add_output(), name, shape);
}

void OnnxGraph::metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *state_->model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

Status OnnxGraph::save(const std::string& path) const {
  std::ofstream file(path, std::ios::binary);
  if (!state_->model.SerializeToOstream(&file) || !file.flush()) {
    return fail(ErrorCode::storage_failure, path + ": cannot be written");
  }
  return Ok{};
}

}  // namespace auscult::train
