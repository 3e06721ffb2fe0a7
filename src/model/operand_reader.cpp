#include "model/operand_reader.hpp"

#include <algorithm>

namespace auscult::model {

template <typename T>
Result<T> OperandReader::attribute(const std::string& name, T fallback) const {
  const auto found = node_.attributes.find(name);
  if (found == node_.attributes.end()) return fallback;
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  return refuse(node_, "the attribute '" + name + "' has the wrong type");
}

Result<std::int64_t> OperandReader::integer(const std::string& name, std::int64_t fallback) const {
  return attribute<std::int64_t>(name, fallback);
}

Result<float> OperandReader::real(const std::string& name, float fallback) const {
  return attribute<float>(name, fallback);
}

Result<std::string> OperandReader::text(const std::string& name, std::string fallback) const {
  return attribute<std::string>(name, std::move(fallback));
}

Result<std::vector<std::int64_t>> OperandReader::integers(
    const std::string& name, std::vector<std::int64_t> fallback) const {
  return attribute<std::vector<std::int64_t>>(name, std::move(fallback));
}

Result<std::vector<std::int64_t>> OperandReader::constant_integers(std::size_t i) const {
  const Constant& constant = inputs_[i].constant;
  if (!constant || !constant->is_integer) {
    return refuse(node_, "input " + std::to_string(i) +
                             " must be integers that are known at load, not computed from samples");
  }
  return constant->integers;
}

Result<float> OperandReader::constant_real(std::size_t i) const {
  const Constant& constant = inputs_[i].constant;
  if (!constant || constant->floats.size() != 1) {
    return refuse(node_, "input " + std::to_string(i) + " must be one number known at load");
  }
  return constant->floats[0];
}

Result<std::vector<std::int64_t>> OperandReader::attribute_or_input(
    const std::string& name, std::size_t i, std::vector<std::int64_t> fallback) const {
  if (has_attribute(name)) return integers(name, {});
  if (has_input(i)) return constant_integers(i);
  return fallback;
}

Result<std::size_t> OperandReader::checked_axis(std::int64_t axis, std::int64_t rank) const {
  if (axis < -rank || axis >= rank) {
    return refuse(node_, "the axis " + std::to_string(axis) + " is outside the " +
                             std::to_string(rank) + " dimensions");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

Result<std::vector<std::size_t>> OperandReader::checked_axes(const std::vector<std::int64_t>& axes,
                                                             std::int64_t rank) const {
  std::vector<std::size_t> checked;
  for (const std::int64_t axis : axes) {
    const Result<std::size_t> one = checked_axis(axis, rank);
    if (!one) return one.error();
    checked.push_back(*one);
  }
  std::sort(checked.begin(), checked.end());
  if (std::adjacent_find(checked.begin(), checked.end()) != checked.end()) {
    return refuse(node_, "an axis occurs twice");
  }
  return checked;
}

}  // namespace auscult::model
