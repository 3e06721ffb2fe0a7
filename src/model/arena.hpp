#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace auscult::model {

/// What the widest vector loads want; also a cache line.
inline constexpr std::size_t kAlignment = 64;

/// Aligned bytes, zero at first; movable. Of many of them, only those that are written to take up
/// memory.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::size_t size);
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(void* block) const;
  };
  std::unique_ptr<void, Free> block_;
  std::byte* data_;
  std::size_t size_;
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
