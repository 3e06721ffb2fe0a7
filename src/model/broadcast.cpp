#include "model/broadcast.hpp"

#include <algorithm>
#include <vector>

namespace auscult::model {

namespace {

/// The size of `shape` at dimension `d` of a shape of `rank` that it is aligned to from the right.
std::int64_t aligned_size(const Shape& shape, std::size_t d, std::size_t rank) {
  const std::size_t missing = rank - shape.size();
  return d < missing ? 1 : shape[d - missing];
}

}  // namespace

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape output(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    const std::int64_t size_a = aligned_size(a, d, rank);
    const std::int64_t size_b = aligned_size(b, d, rank);
    if (size_a != size_b && size_a != 1 && size_b != 1) return std::nullopt;
    output[d] = size_a == 1 ? size_b : size_a;
  }
  return output;
}

BroadcastPlan::BroadcastPlan(const Shape& a, const Shape& b, const Shape& output) {
  std::vector<Dimension> merged;  // Innermost first.
  std::size_t stride_a = 1;
  std::size_t stride_b = 1;
  for (std::size_t d = output.size(); d-- > 0;) {
    const auto size = static_cast<std::size_t>(output[d]);
    if (size == 1) continue;
    Dimension dimension{size, 0, 0};
    if (aligned_size(a, d, output.size()) != 1) {
      dimension.a = stride_a;
      stride_a *= size;
    }
    if (aligned_size(b, d, output.size()) != 1) {
      dimension.b = stride_b;
      stride_b *= size;
    }
    if (!merged.empty() && dimension.a == merged.back().a * merged.back().size &&
        dimension.b == merged.back().b * merged.back().size) {
      merged.back().size *= size;
    } else {
      merged.push_back(dimension);
    }
  }
  if (merged.empty()) return;
  inner_ = merged.front();
  outer_count_ = merged.size() - 1;
  for (std::size_t d = 0; d < outer_count_; ++d) {
    outer_[d] = merged[merged.size() - 1 - d];
    rows_ *= outer_[d].size;
  }
}

}  // namespace auscult::model
