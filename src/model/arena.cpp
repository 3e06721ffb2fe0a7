#include "model/arena.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>

namespace auscult::model {

AlignedBytes::AlignedBytes(std::size_t size)
    : data_(static_cast<std::byte*>(::operator new (size, std::align_val_t{kAlignment}))) {
  std::memset(data_.get(), 0, size);
}

void AlignedBytes::Free::operator()(std::byte* data) const {
  ::operator delete (data, std::align_val_t{kAlignment});
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
