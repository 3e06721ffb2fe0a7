#include "model/graph.hpp"

#include "core/limits.hpp"

namespace auscult::model {

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

Result<std::size_t> checked_element_count(const Shape& shape) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) {
      return fail(ErrorCode::unsupported_model, "the shape " + to_string(shape) + " is negative");
    }
    empty = empty || size == 0;
    const auto factor = static_cast<std::size_t>(size == 0 ? 1 : size);
    if (factor > limits::kMaxTensorElements / count) {
      return fail(ErrorCode::unsupported_model,
                  "the shape " + to_string(shape) + " has more than " +
                      std::to_string(limits::kMaxTensorElements) + " elements");
    }
    count *= factor;
  }
  return empty ? 0 : count;
}

std::size_t element_count(const Shape& shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

std::string describe(const Node& node) { return "node '" + node.name + "' (" + node.op + ")"; }

Error refuse(const Node& node, const std::string& why) {
  return fail(ErrorCode::unsupported_model, describe(node) + ": " + why);
}

}  // namespace auscult::model
