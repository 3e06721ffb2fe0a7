#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::model {

/// Sizes from the outermost dimension in; empty for a scalar.
using Shape = std::vector<std::int64_t>;

/// "[1, 32, 800]"
std::string to_string(const Shape& shape);

/// The product of the sizes, 1 for a scalar. Fails with unsupported_model if a size is negative or
/// the product is over limits::kMaxTensorElements.
Result<std::size_t> checked_element_count(const Shape& shape);

/// The same for a shape that has been checked.
std::size_t element_count(const Shape& shape);

/// A value known at load. Integers are shapes, axes and indices; everything else is f32.
struct Tensor {
  Shape dims;
  std::vector<float> floats;           ///< Row by row; empty if `is_integer`.
  std::vector<std::int64_t> integers;  ///< Row by row; empty unless `is_integer`.
  bool is_integer = false;
};
using Constant = std::shared_ptr<const Tensor>;

/// An index into Graph::value_names.
using ValueId = int;
inline constexpr ValueId kNoValue = -1;  ///< An optional input or output that is left out.

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>,
                               std::vector<float>, Constant>;

/// One ONNX operator.
struct Node {
  std::string name;
  std::string op;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::map<std::string, Attribute> attributes;
  bool keep_f32 = false;  ///< What it computes reaches a logarithm.
};

/// A checked graph in single assignment form: each value has one source, and each node stands
/// after the nodes whose outputs it uses.
struct Graph {
  std::vector<Node> nodes;
  std::vector<std::string> value_names;
  std::map<ValueId, Constant> constants;
  ValueId samples = kNoValue;
  ValueId mask = kNoValue;  ///< kNoValue if the graph has no such input.
  ValueId scores = kNoValue;
  ValueId window_scores = kNoValue;  ///< kNoValue if the graph has no such output.
  int opset = 0;
  /// Of the two inputs, outermost first; -1 stands for a size that is not fixed, which only the
  /// last one, the clip's length, may be.
  Shape samples_dims;
  Shape mask_dims;

  [[nodiscard]] Constant constant(ValueId id) const {
    const auto found = constants.find(id);
    return found == constants.end() ? nullptr : found->second;
  }
  ValueId add_value(std::string name) {
    value_names.push_back(std::move(name));
    return static_cast<ValueId>(value_names.size()) - 1;
  }
};

/// "node 'trunk_3' (Conv)"
std::string describe(const Node& node);

/// An unsupported_model error that begins with the node.
Error refuse(const Node& node, const std::string& why);

}  // namespace auscult::model
