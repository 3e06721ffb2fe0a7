#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace auscult::model {

/// Writes small ONNX files for tests; values go by the names it hands out.
class OnnxBuilder {
 public:
  using Sizes = std::vector<std::int64_t>;
  using Attribute = std::variant<std::int64_t, float, std::string, Sizes>;
  using Attributes = std::vector<std::pair<std::string, Attribute>>;

  /// With valid metadata for clips of `lengths` ("[100, 200]") and an input `samples` [1, N].
  explicit OnnxBuilder(const std::string& lengths, int opset = 13) {
    proto_.set_ir_version(7);
    proto_.add_opset_import()->set_version(opset);
    proto_.mutable_graph()->set_name("test");
    metadata("auscult.name", "test");
    metadata("auscult.version", "1");
    metadata("auscult.labels", R"(["a", "b"])");
    metadata("auscult.sample_rate_hz", "2000");
    metadata("auscult.lengths", lengths);
    input("samples", {1, -1});
  }

  std::string input(const std::string& name, const Sizes& dims) {
    describe(*proto_.mutable_graph()->add_input(), name, dims);
    return name;
  }

  std::string floats(const Sizes& dims, const std::vector<float>& values) {
    onnx::TensorProto& tensor = add_tensor(dims, onnx::TensorProto::FLOAT);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor.name();
  }

  std::string number(float value) { return floats({}, {value}); }

  std::string integers(const Sizes& values) {
    onnx::TensorProto& tensor =
        add_tensor({static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
    return tensor.name();
  }

  /// The names of the node's outputs.
  std::vector<std::string> nodes(const std::string& op, const std::vector<std::string>& inputs,
                                 const Attributes& attributes = {}, int outputs = 1) {
    onnx::NodeProto& node = *proto_.mutable_graph()->add_node();
    node.set_op_type(op);
    node.set_name(next_name(op));
    for (const std::string& name : inputs) node.add_input(name);
    for (const auto& [name, value] : attributes) set(*node.add_attribute(), name, value);
    std::vector<std::string> names;
    for (int i = 0; i < outputs; ++i) {
      names.push_back(next_name("v"));
      node.add_output(names.back());
    }
    return names;
  }

  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {}) {
    return nodes(op, inputs, attributes)[0];
  }

  /// Makes `value` the graph's output `name`.
  void output(const std::string& name, const std::string& value) {
    onnx::NodeProto& node = *proto_.mutable_graph()->add_node();
    node.set_op_type("Identity");
    node.set_name("output_" + name);
    node.add_input(value);
    node.add_output(name);
    onnx::ValueInfoProto& info = *proto_.mutable_graph()->add_output();
    info.set_name(name);
    info.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  }

  /// Sets a key, or takes it out if `value` is empty.
  void metadata(const std::string& key, const std::string& value) {
    auto& entries = *proto_.mutable_metadata_props();
    for (int i = 0; i < entries.size(); ++i) {
      if (entries.Get(i).key() == key) entries.DeleteSubrange(i, 1);
    }
    if (value.empty()) return;
    onnx::StringStringEntryProto& entry = *entries.Add();
    entry.set_key(key);
    entry.set_value(value);
  }

  /// For what the functions above do not cover.
  onnx::ModelProto& proto() { return proto_; }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    const std::string text = proto_.SerializeAsString();
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
  }

 private:
  std::string next_name(const std::string& stem) { return stem + "_" + std::to_string(next_++); }

  onnx::TensorProto& add_tensor(const Sizes& dims, onnx::TensorProto::DataType type) {
    onnx::TensorProto& tensor = *proto_.mutable_graph()->add_initializer();
    tensor.set_name(next_name("c"));
    tensor.set_data_type(type);
    for (const std::int64_t size : dims) tensor.add_dims(size);
    return tensor;
  }

  static void describe(onnx::ValueInfoProto& info, const std::string& name, const Sizes& dims) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : dims) {
      auto& dim = *type.mutable_shape()->add_dim();
      if (size >= 0) {
        dim.set_dim_value(size);
      } else {
        dim.set_dim_param("N");
      }
    }
  }

  static void set(onnx::AttributeProto& proto, const std::string& name, const Attribute& value) {
    proto.set_name(name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      proto.set_type(onnx::AttributeProto::INT);
      proto.set_i(*integer);
    } else if (const auto* real = std::get_if<float>(&value)) {
      proto.set_type(onnx::AttributeProto::FLOAT);
      proto.set_f(*real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      proto.set_type(onnx::AttributeProto::STRING);
      proto.set_s(*text);
    } else {
      proto.set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t size : std::get<Sizes>(value)) proto.add_ints(size);
    }
  }

  onnx::ModelProto proto_;
  int next_ = 0;
};

}  // namespace auscult::model
