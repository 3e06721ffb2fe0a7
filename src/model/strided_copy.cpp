#include "model/strided_copy.hpp"

#include <algorithm>

namespace auscult::model {

std::vector<std::ptrdiff_t> dense_strides(const Shape& dims) {
  std::vector<std::ptrdiff_t> strides(dims.size());
  std::ptrdiff_t stride = 1;
  for (std::size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= static_cast<std::ptrdiff_t>(dims[d]);
  }
  return strides;
}

StridedCopy::StridedCopy(const Shape& block, const Side& from, const Side& to)
    : from_offset_(from.offset), to_offset_(to.offset) {
  for (std::size_t d = 0; d < block.size(); ++d) {
    if (block[d] == 1) continue;
    const Level next{static_cast<std::size_t>(block[d]), from.strides[d], to.strides[d]};
    if (!levels_.empty()) {
      Level& last = levels_.back();
      const auto size = static_cast<std::ptrdiff_t>(next.size);
      if (last.from == next.from * size && last.to == next.to * size) {
        last = {last.size * next.size, next.from, next.to};
        continue;
      }
    }
    levels_.push_back(next);
  }
  if (levels_.empty()) levels_.push_back({});
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tensor has dimensions
void StridedCopy::copy_level(std::size_t index, const float* from, float* to) const {
  const Level& level = levels_[index];
  if (index + 1 < levels_.size()) {
    for (std::size_t i = 0; i < level.size; ++i) {
      copy_level(index + 1, from, to);
      from += level.from;
      to += level.to;
    }
    return;
  }
  if (level.from == 1 && level.to == 1) {
    std::copy(from, from + level.size, to);
    return;
  }
  for (std::size_t i = 0; i < level.size; ++i) {
    *to = *from;
    from += level.from;
    to += level.to;
  }
}

}  // namespace auscult::model
