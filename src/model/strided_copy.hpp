#pragma once

#include <cstddef>
#include <vector>

#include "model/graph.hpp"

namespace auscult::model {

/// Elements to the next one along each dimension of a dense value of that shape.
std::vector<std::ptrdiff_t> dense_strides(const Shape& dims);

/// Copies a block of f32 from one place and order to another, neighbouring dimensions merged where
/// both sides go on evenly.
class StridedCopy {
 public:
  /// One side of the copy: the block's first element and the strides along its dimensions.
  struct Side {
    std::ptrdiff_t offset = 0;
    std::vector<std::ptrdiff_t> strides;
  };
  StridedCopy(const Shape& block, const Side& from, const Side& to);

  void run(const float* from, float* to) const {
    copy_level(0, from + from_offset_, to + to_offset_);
  }

  /// Whether the block is one stretch, in the same order, on both sides.
  [[nodiscard]] bool is_contiguous() const {
    return levels_.size() == 1 && levels_[0].from == 1 && levels_[0].to == 1;
  }

 private:
  struct Level {
    std::size_t size = 1;
    std::ptrdiff_t from = 1;
    std::ptrdiff_t to = 1;
  };
  void copy_level(std::size_t index, const float* from, float* to) const;

  std::vector<Level> levels_;  // Outermost first, at least one.
  std::ptrdiff_t from_offset_ = 0;
  std::ptrdiff_t to_offset_ = 0;
};

}  // namespace auscult::model
