#pragma once

#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "model/graph.hpp"
#include "model/ops.hpp"

namespace auscult::model {

/// A node with its inputs, and what the operators have to ask of both.
class OperandReader {
 public:
  OperandReader(const Node& node, std::span<const Operand> inputs, int opset)
      : node_(node), inputs_(inputs), opset_(opset) {}

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] int opset() const { return opset_; }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] bool has_input(std::size_t i) const {
    return i < inputs_.size() && inputs_[i].present;
  }
  [[nodiscard]] const Operand& input(std::size_t i) const { return inputs_[i]; }
  [[nodiscard]] const Shape& dims(std::size_t i) const { return inputs_[i].dims; }
  [[nodiscard]] std::int64_t rank(std::size_t i) const {
    return static_cast<std::int64_t>(inputs_[i].dims.size());
  }
  [[nodiscard]] bool has_attribute(const std::string& name) const {
    return node_.attributes.contains(name);
  }

  /// The attribute, or `fallback` where it is left out. Fails if it has another type.
  [[nodiscard]] Result<std::int64_t> integer(const std::string& name, std::int64_t fallback) const;
  [[nodiscard]] Result<float> real(const std::string& name, float fallback) const;
  [[nodiscard]] Result<std::string> text(const std::string& name, std::string fallback) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> integers(
      const std::string& name, std::vector<std::int64_t> fallback) const;

  /// The values of input i, which must be known at load and of integers.
  [[nodiscard]] Result<std::vector<std::int64_t>> constant_integers(std::size_t i) const;
  /// The value of input i, which must be one f32 known at load.
  [[nodiscard]] Result<float> constant_real(std::size_t i) const;

  /// The integers of the attribute or, where that is left out, of input i; `fallback` without both.
  [[nodiscard]] Result<std::vector<std::int64_t>> attribute_or_input(
      const std::string& name, std::size_t i, std::vector<std::int64_t> fallback) const;

  /// `axis` counted from the front. Fails if it is not in [-rank, rank).
  [[nodiscard]] Result<std::size_t> checked_axis(std::int64_t axis, std::int64_t rank) const;
  /// The same of several, ascending. Fails if one occurs twice.
  [[nodiscard]] Result<std::vector<std::size_t>> checked_axes(const std::vector<std::int64_t>& axes,
                                                              std::int64_t rank) const;

 private:
  template <typename T>
  Result<T> attribute(const std::string& name, T fallback) const;

  const Node& node_;
  std::span<const Operand> inputs_;
  int opset_;
};

/// A row-order loop without a oneDNN equivalent.
inline Plan loop_plan(Shape output, Kernel run) {
  return Plan{{std::move(output)}, Loop{.run = std::move(run)}};
}

// Of the families of operators; each serves the names that ops.cpp lists for it.
Result<Plan> plan_unary(const OperandReader& reader);
Result<Plan> plan_clip(const OperandReader& reader);
Result<Plan> plan_binary(const OperandReader& reader);
Result<Plan> plan_batch_normalization(const OperandReader& reader);
Result<Plan> plan_reduce(const OperandReader& reader);
Result<Plan> plan_global_pool(const OperandReader& reader);
Result<Plan> plan_softmax(const OperandReader& reader);
Result<Plan> plan_conv(const OperandReader& reader);
Result<Plan> plan_band_powers(const OperandReader& reader);
Result<Plan> plan_pool(const OperandReader& reader);
Result<Plan> plan_matmul(const OperandReader& reader);
Result<Plan> plan_identity(const OperandReader& reader);
Result<Plan> plan_cast(const OperandReader& reader);
Result<Plan> plan_reshape(const OperandReader& reader);
Result<Plan> plan_flatten(const OperandReader& reader);
Result<Plan> plan_squeeze(const OperandReader& reader);
Result<Plan> plan_unsqueeze(const OperandReader& reader);
Result<Plan> plan_transpose(const OperandReader& reader);
Result<Plan> plan_slice(const OperandReader& reader);
Result<Plan> plan_split(const OperandReader& reader);
Result<Plan> plan_concat(const OperandReader& reader);
Result<Plan> plan_pad(const OperandReader& reader);
Result<Plan> plan_gather(const OperandReader& reader);
Result<Plan> plan_expand(const OperandReader& reader);

}  // namespace auscult::model
