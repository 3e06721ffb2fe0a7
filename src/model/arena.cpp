#include "model/arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <numeric>

namespace auscult::model {

AlignedBytes::AlignedBytes(std::size_t size)
    // Not operator new and zeros, which would be written: calloc() knows that fresh pages are zero.
    : block_(std::calloc(size + kAlignment, 1)),  // NOLINT(cppcoreguidelines-no-malloc)
      size_(size) {
  if (block_ == nullptr) throw std::bad_alloc();
  void* aligned = block_.get();
  std::size_t space = size + kAlignment;
  data_ = static_cast<std::byte*>(std::align(kAlignment, size, aligned, space));
}

void AlignedBytes::Free::operator()(void* block) const {
  std::free(block);  // NOLINT(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
}

ArenaLayout plan_arena(const std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return lifetimes[a].bytes > lifetimes[b].bytes;
  });
  ArenaLayout layout{std::vector<std::size_t>(lifetimes.size(), 0), 0};
  std::vector<std::size_t> placed;  // By offset.
  for (const std::size_t index : order) {
    const Lifetime& life = lifetimes[index];
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const Lifetime& neighbour = lifetimes[other];
      if (neighbour.last < life.first || life.last < neighbour.first) continue;
      if (layout.offsets[other] >= offset + life.bytes) break;
      const std::size_t end = layout.offsets[other] + neighbour.bytes;
      offset = std::max(offset, (end + kAlignment - 1) / kAlignment * kAlignment);
    }
    layout.offsets[index] = offset;
    layout.bytes = std::max(layout.bytes, offset + life.bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), index,
                                   [&](std::size_t a, std::size_t b) {
                                     return layout.offsets[a] < layout.offsets[b];
                                   }),
                  index);
  }
  return layout;
}

}  // namespace auscult::model
