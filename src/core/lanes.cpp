#include "core/lanes.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace auscult {

float dot(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  // Two, since a sum takes longer than it takes to begin the next.
  Lanes::Floats first{};
  Lanes::Floats second{};
  std::size_t i = 0;
  for (; i + 2 * Lanes::kCount <= a.size(); i += 2 * Lanes::kCount) {
    first += Lanes::at(&a[i]) * Lanes::at(&b[i]);
    second += Lanes::at(&a[i + Lanes::kCount]) * Lanes::at(&b[i + Lanes::kCount]);
  }
  first += second;
  float sum = (first[0] + first[1]) + (first[2] + first[3]);
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

float greatest_sum(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  constexpr float kLeast = -std::numeric_limits<float>::infinity();
  Lanes::Floats first = {kLeast, kLeast, kLeast, kLeast};
  Lanes::Floats second = first;
  std::size_t i = 0;
  for (; i + 2 * Lanes::kCount <= a.size(); i += 2 * Lanes::kCount) {
    const Lanes::Floats sums = Lanes::at(&a[i]) + Lanes::at(&b[i]);
    const Lanes::Floats more = Lanes::at(&a[i + Lanes::kCount]) + Lanes::at(&b[i + Lanes::kCount]);
    first = sums > first ? sums : first;
    second = more > second ? more : second;
  }
  first = second > first ? second : first;
  float greatest = std::max(std::max(first[0], first[1]), std::max(first[2], first[3]));
  for (; i < a.size(); ++i) greatest = std::max(greatest, a[i] + b[i]);
  return greatest;
}

}  // namespace auscult
