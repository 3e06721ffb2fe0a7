#include "model/onnx_file.hpp"

#include <onnx/onnx_pb.h>

#include <unordered_map>

#include "core/limits.hpp"
#include "model/onnx_tensor.hpp"

namespace auscult::model {

namespace {

constexpr int kMinOpset = 7;
constexpr int kMaxOpset = 21;

Error refuse_file(const std::string& why) { return fail(ErrorCode::unsupported_model, why); }

std::string quoted(const std::string& name) { return "'" + name + "'"; }

Result<Attribute> decode_attribute(const onnx::AttributeProto& proto, const Node& node) {
  switch (static_cast<int>(proto.type())) {
    case onnx::AttributeProto::INT:
      return Attribute{proto.i()};
    case onnx::AttributeProto::FLOAT:
      return Attribute{proto.f()};
    case onnx::AttributeProto::STRING:
      return Attribute{proto.s()};
    case onnx::AttributeProto::INTS:
      return Attribute{std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end())};
    case onnx::AttributeProto::FLOATS:
      return Attribute{std::vector<float>(proto.floats().begin(), proto.floats().end())};
    case onnx::AttributeProto::TENSOR: {
      Result<Constant> tensor =
          decode_tensor(proto.t(), describe(node) + ": the attribute " + quoted(proto.name()));
      if (!tensor) return tensor.error();
      return Attribute{*std::move(tensor)};
    }
    default:
      return refuse(node, "the attribute " + quoted(proto.name()) +
                              " has a type we do not read (a graph, a sparse tensor or a list)");
  }
}

/// Turns the names of a GraphProto into values, one source each.
class GraphReader {
 public:
  explicit GraphReader(const onnx::GraphProto& proto) : proto_(proto) {}

  Result<Graph> read(int opset) {
    graph_.opset = opset;
    if (static_cast<std::size_t>(proto_.node_size()) > limits::kMaxModelNodes) {
      return refuse_file("the graph has " + std::to_string(proto_.node_size()) +
                         " nodes; at most " + std::to_string(limits::kMaxModelNodes) +
                         " are accepted");
    }
    if (proto_.sparse_initializer_size() > 0) {
      return refuse_file("the graph has sparse initialisers, which are not supported");
    }
    if (Status status = read_initialisers(); !status) return status.error();
    if (Status status = read_inputs(); !status) return status.error();
    for (int i = 0; i < proto_.node_size(); ++i) {
      if (Status status = read_node(proto_.node(i), i); !status) return status.error();
    }
    if (Status status = read_outputs(); !status) return status.error();
    return std::move(graph_);
  }

 private:
  Result<ValueId> define(const std::string& name) {
    const ValueId id = graph_.add_value(name);
    if (!ids_.emplace(name, id).second) {
      return refuse_file("the value " + quoted(name) + " has two sources");
    }
    return id;
  }

  Status read_initialisers() {
    for (const onnx::TensorProto& proto : proto_.initializer()) {
      const Result<ValueId> id = define(proto.name());
      if (!id) return id.error();
      Result<Constant> tensor = decode_tensor(proto, "the initialiser " + quoted(proto.name()));
      if (!tensor) return tensor.error();
      graph_.constants[*id] = *std::move(tensor);
    }
    return Ok{};
  }

  /// The sizes of an input, -1 for one that is not fixed.
  static Result<Shape> read_input_dims(const onnx::ValueInfoProto& proto) {
    const onnx::TypeProto_Tensor& type = proto.type().tensor_type();
    if (type.elem_type() != onnx::TensorProto::FLOAT) {
      return refuse_file("the input " + quoted(proto.name()) + " is not of type float");
    }
    const int rank = type.shape().dim_size();
    if (!type.has_shape() || rank < 1 || rank > 3) {
      return refuse_file("the input " + quoted(proto.name()) +
                         " must have the shape [1, samples] (or one to three dimensions, the last "
                         "of them the clip's length)");
    }
    Shape dims;
    for (const auto& dim : type.shape().dim()) {
      dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    }
    for (std::size_t i = 0; i + 1 < dims.size(); ++i) {
      if (dims[i] != 1 && dims[i] != -1) {
        return refuse_file("the input " + quoted(proto.name()) + " has the shape " +
                           to_string(dims) + "; all sizes but the last must be 1");
      }
      dims[i] = 1;
    }
    if (dims.back() < 1) dims.back() = -1;
    return dims;
  }

  Status read_inputs() {
    std::vector<const onnx::ValueInfoProto*> inputs;
    for (const onnx::ValueInfoProto& input : proto_.input()) {
      // Up to IR version 3 initialisers are listed among the inputs.
      if (!ids_.contains(input.name())) inputs.push_back(&input);
    }
    for (const onnx::ValueInfoProto* input : inputs) {
      const bool is_mask = input->name() == "mask";
      if (!is_mask && input->name() != "samples" && inputs.size() > 1) {
        return refuse_file("the graph has an input " + quoted(input->name()) +
                           "; only 'samples' and 'mask' can be given");
      }
      Result<Shape> dims = read_input_dims(*input);
      if (!dims) return dims.error();
      const Result<ValueId> id = define(input->name());
      if (!id) return id.error();
      (is_mask ? graph_.mask : graph_.samples) = *id;
      (is_mask ? graph_.mask_dims : graph_.samples_dims) = *std::move(dims);
    }
    if (graph_.samples == kNoValue) return refuse_file("the graph has no input 'samples'");
    return Ok{};
  }

  Status read_node(const onnx::NodeProto& proto, int index) {
    Node node;
    node.op = proto.op_type();
    node.name = proto.name();
    if (node.name.empty()) node.name.append("#").append(std::to_string(index));
    if (!proto.domain().empty() && proto.domain() != "ai.onnx") {
      return refuse(node,
                    "operators of the domain " + quoted(proto.domain()) + " are not supported");
    }
    for (const std::string& name : proto.input()) {
      if (name.empty()) {
        node.inputs.push_back(kNoValue);
        continue;
      }
      const auto found = ids_.find(name);
      if (found == ids_.end()) {
        return refuse(node, "uses the value " + quoted(name) +
                                ", which no input, initialiser or earlier node makes");
      }
      node.inputs.push_back(found->second);
    }
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
      Result<Attribute> value = decode_attribute(attribute, node);
      if (!value) return value.error();
      node.attributes[attribute.name()] = *std::move(value);
    }
    if (proto.output().empty()) return refuse(node, "has no output");
    for (const std::string& name : proto.output()) {
      if (name.empty()) {
        node.outputs.push_back(kNoValue);
        continue;
      }
      const Result<ValueId> id = define(name);
      if (!id) return id.error();
      node.outputs.push_back(*id);
    }
    graph_.nodes.push_back(std::move(node));
    return Ok{};
  }

  Status read_outputs() {
    for (const onnx::ValueInfoProto& output : proto_.output()) {
      const auto found = ids_.find(output.name());
      if (found == ids_.end()) {
        return refuse_file("the output " + quoted(output.name()) + " has no source");
      }
      if (output.name() == "window_scores") {
        graph_.window_scores = found->second;
      } else if (output.name() == "scores" || proto_.output_size() == 1) {
        graph_.scores = found->second;
      }
    }
    if (graph_.scores == kNoValue) return refuse_file("the graph has no output 'scores'");
    return Ok{};
  }

  const onnx::GraphProto& proto_;
  Graph graph_;
  std::unordered_map<std::string, ValueId> ids_;
};

Result<int> read_opset(const onnx::ModelProto& proto) {
  std::int64_t opset = 0;
  for (const onnx::OperatorSetIdProto& entry : proto.opset_import()) {
    if (entry.domain().empty() || entry.domain() == "ai.onnx") opset = entry.version();
  }
  if (opset < kMinOpset || opset > kMaxOpset) {
    return refuse_file("the operator set is version " + std::to_string(opset) + "; " +
                       std::to_string(kMinOpset) + " to " + std::to_string(kMaxOpset) +
                       " are supported");
  }
  return static_cast<int>(opset);
}

}  // namespace

Result<OnnxFile> decode_onnx(std::span<const std::byte> bytes) {
  if (bytes.size() > limits::kMaxModelBytes) {
    return fail(ErrorCode::too_large, "the model file has " + std::to_string(bytes.size()) +
                                          " bytes; at most " +
                                          std::to_string(limits::kMaxModelBytes) + " are accepted");
  }
  onnx::ModelProto proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return refuse_file("this is no ONNX file, or it is cut short (its protobuf cannot be read)");
  }
  if (!proto.has_graph()) return refuse_file("this is no ONNX file: it holds no graph");
  if (proto.functions_size() > 0) {
    return refuse_file("the model defines functions of its own, which are not supported");
  }
  const Result<int> opset = read_opset(proto);
  if (!opset) return opset.error();
  Result<Graph> graph = GraphReader(proto.graph()).read(*opset);
  if (!graph) return graph.error();

  OnnxFile file{*std::move(graph), {}};
  for (const onnx::StringStringEntryProto& entry : proto.metadata_props()) {
    file.metadata[entry.key()] = entry.value();
  }
  return file;
}

}  // namespace auscult::model
