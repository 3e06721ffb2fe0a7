#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace auscult::model {

/// What the widest vector loads want; also a cache line.
inline constexpr std::size_t kAlignment = 64;

/// Aligned bytes, zero at first; movable.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::size_t size);
  [[nodiscard]] std::byte* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Free> data_;
};

/// A stretch of memory that is needed from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct ArenaLayout {
  std::vector<std::size_t> offsets;  ///< Of each stretch, multiples of kAlignment.
  std::size_t bytes = 0;             ///< Of the whole.
};

/// Lays out stretches in one arena so that no two that live at the same time overlap: the largest
/// first, each at the lowest place that is free for its whole life.
ArenaLayout plan_arena(const std::vector<Lifetime>& lifetimes);

}  // namespace auscult::model
