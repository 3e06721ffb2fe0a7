#include "forest_export.hpp"

#include <onnx/onnx_pb.h>

namespace auscult::train {
namespace {

using onnx::AttributeProto;

AttributeProto& attribute(onnx::NodeProto& node, const char* name,
                          AttributeProto::AttributeType type) {
  AttributeProto& added = *node.add_attribute();
  added.set_name(name);
  added.set_type(type);
  return added;
}

void describe(onnx::ValueInfoProto& value, const char* name, onnx::TensorProto::DataType type,
              std::size_t columns) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  if (columns > 0) {
    tensor.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(columns));
  }
}

// The lists that describe nodes and leaves, filled in step.
class Lists {
 public:
  explicit Lists(onnx::NodeProto& node)
      : trees_(attribute(node, "nodes_treeids", AttributeProto::INTS)),
        ids_(attribute(node, "nodes_nodeids", AttributeProto::INTS)),
        features_(attribute(node, "nodes_featureids", AttributeProto::INTS)),
        below_(attribute(node, "nodes_truenodeids", AttributeProto::INTS)),
        above_(attribute(node, "nodes_falsenodeids", AttributeProto::INTS)),
        values_(attribute(node, "nodes_values", AttributeProto::FLOATS)),
        modes_(attribute(node, "nodes_modes", AttributeProto::STRINGS)),
        class_trees_(attribute(node, "class_treeids", AttributeProto::INTS)),
        class_nodes_(attribute(node, "class_nodeids", AttributeProto::INTS)),
        class_ids_(attribute(node, "class_ids", AttributeProto::INTS)),
        class_weights_(attribute(node, "class_weights", AttributeProto::FLOATS)) {}

  void add(std::size_t tree, std::size_t id, const TreeNode& node, double share_of_tree) {
    const bool is_leaf = node.feature < 0;
    trees_.add_ints(static_cast<std::int64_t>(tree));
    ids_.add_ints(static_cast<std::int64_t>(id));
    features_.add_ints(is_leaf ? 0 : node.feature);
    below_.add_ints(static_cast<std::int64_t>(node.below));
    above_.add_ints(static_cast<std::int64_t>(node.above));
    values_.add_floats(node.threshold);
    modes_.add_strings(is_leaf ? "LEAF" : "BRANCH_LEQ");
    for (std::size_t k = 0; k < node.shares.size(); ++k) {
      if (node.shares[k] == 0) continue;
      class_trees_.add_ints(static_cast<std::int64_t>(tree));
      class_nodes_.add_ints(static_cast<std::int64_t>(id));
      class_ids_.add_ints(static_cast<std::int64_t>(k));
      class_weights_.add_floats(static_cast<float>(node.shares[k] * share_of_tree));
    }
  }

 private:
  AttributeProto& trees_;
  AttributeProto& ids_;
  AttributeProto& features_;
  AttributeProto& below_;
  AttributeProto& above_;
  AttributeProto& values_;
  AttributeProto& modes_;
  AttributeProto& class_trees_;
  AttributeProto& class_nodes_;
  AttributeProto& class_ids_;
  AttributeProto& class_weights_;
};

}  // namespace

std::string encode_forest(const std::vector<Tree>& trees, std::size_t features,
                          const std::map<std::string, std::string>& metadata) {
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.set_producer_name("auscult-train");
  model.add_opset_import()->set_version(13);
  onnx::OperatorSetIdProto& operators = *model.add_opset_import();
  operators.set_domain("ai.onnx.ml");
  operators.set_version(3);
  for (const auto& [key, value] : metadata) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  std::size_t classes = 0;
  for (const TreeNode& node : trees.front()) classes = std::max(classes, node.shares.size());

  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("forest");
  describe(*graph.add_input(), "features", onnx::TensorProto::FLOAT, features);
  describe(*graph.add_output(), "label", onnx::TensorProto::INT64, 0);
  describe(*graph.add_output(), "shares", onnx::TensorProto::FLOAT, classes);
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type("TreeEnsembleClassifier");
  node.set_domain("ai.onnx.ml");
  node.add_input("features");
  node.add_output("label");
  node.add_output("shares");
  attribute(node, "post_transform", AttributeProto::STRING).set_s("NONE");
  AttributeProto& labels = attribute(node, "classlabels_int64s", AttributeProto::INTS);
  for (std::size_t k = 0; k < classes; ++k) labels.add_ints(static_cast<std::int64_t>(k));
  Lists lists(node);
  for (std::size_t tree = 0; tree < trees.size(); ++tree) {
    for (std::size_t id = 0; id < trees[tree].size(); ++id) {
      lists.add(tree, id, trees[tree][id], 1 / static_cast<double>(trees.size()));
    }
  }
  return model.SerializeAsString();
}

}  // namespace auscult::train
