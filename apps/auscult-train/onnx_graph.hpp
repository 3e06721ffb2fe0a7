#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::train {

/// Writes an ONNX file node by node; values go by the names it hands out.
class OnnxGraph {
 public:
  using Sizes = std::vector<std::int64_t>;
  using Attributes = std::vector<std::pair<std::string, std::variant<std::int64_t, Sizes>>>;

  explicit OnnxGraph(const std::string& name);
  ~OnnxGraph();

  /// An f32 input; a size of -1 is dynamic, called `N`.
  std::string input(const std::string& name, const Sizes& shape);
  std::string constant(const std::vector<float>& values, const Sizes& shape);
  std::string constant(float value) { return constant({value}, {}); }
  std::string integers(const Sizes& values);
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {});
  /// Makes `value` the output `name`; sizes of -1 are dynamic.
  void output(const std::string& name, const std::string& value, const Sizes& shape);
  void metadata(const std::string& key, const std::string& value);

  /// The same graph gives the same bytes. Fails with storage_failure.
  [[nodiscard]] Status save(const std::string& path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace auscult::train
