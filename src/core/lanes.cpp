#include "core/lanes.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace auscult {
namespace {

[[gnu::always_inline]] inline float dot_in_lanes(std::span<const float> a,
                                                 std::span<const float> b) {
  Lanes::Floats sums{};
  std::size_t i = 0;
  for (; i + Lanes::kCount <= a.size(); i += Lanes::kCount) {
    Lanes::Floats x;
    Lanes::Floats y;
    Lanes::load(&a[i], x);
    Lanes::load(&b[i], y);
    sums += x * y;
  }
  float sum =
      ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

[[gnu::always_inline]] inline void add_greatest(const float* a, const float* b,
                                                Lanes::Floats& greatest) {
  Lanes::Floats x;
  Lanes::Floats y;
  Lanes::load(a, x);
  Lanes::load(b, y);
  const Lanes::Floats sums = x + y;
  greatest = sums > greatest ? sums : greatest;
}

[[gnu::always_inline]] inline float greatest_in_lanes(std::span<const float> a,
                                                      std::span<const float> b) {
  // Two, since a comparison takes longer than it takes to begin the next.
  Lanes::Floats first = Lanes::Floats{} - std::numeric_limits<float>::infinity();
  Lanes::Floats second = first;
  std::size_t i = 0;
  for (; i + 2 * Lanes::kCount <= a.size(); i += 2 * Lanes::kCount) {
    add_greatest(&a[i], &b[i], first);
    add_greatest(&a[i + Lanes::kCount], &b[i + Lanes::kCount], second);
  }
  if (i + Lanes::kCount <= a.size()) {
    add_greatest(&a[i], &b[i], first);
    i += Lanes::kCount;
  }
  first = second > first ? second : first;
  float greatest = std::max(std::max(std::max(first[0], first[4]), std::max(first[1], first[5])),
                            std::max(std::max(first[2], first[6]), std::max(first[3], first[7])));
  for (; i < a.size(); ++i) greatest = std::max(greatest, a[i] + b[i]);
  return greatest;
}

// The sum of all values, or of the squares of what they exceed `mean` by.
template <int kPower>
[[gnu::always_inline]] inline double sum_in_lanes(std::span<const float> values, double mean) {
  static_assert(kPower == 1 || kPower == 2);
  Lanes::Doubles sums{};
  Lanes::Doubles more_sums{};
  std::size_t i = 0;
  for (; i + Lanes::kCount <= values.size(); i += Lanes::kCount) {
    Lanes::Doubles four;
    Lanes::Doubles more;
    Lanes::widen(&values[i], four);
    Lanes::widen(&values[i + Lanes::kDoubles], more);
    four -= mean;
    more -= mean;
    sums += kPower == 2 ? four * four : four;
    more_sums += kPower == 2 ? more * more : more;
  }
  sums += more_sums;
  double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]) - mean;
    sum += kPower == 2 ? value * value : value;
  }
  return sum;
}

}  // namespace

float dot(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  return in_widest_lanes<dot_in_lanes>(a, b);
}

float greatest_sum(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  return in_widest_lanes<greatest_in_lanes>(a, b);
}

double sum(std::span<const float> values) { return in_widest_lanes<sum_in_lanes<1>>(values, 0.0); }

double sum_of_squares(std::span<const float> values, double mean) {
  return in_widest_lanes<sum_in_lanes<2>>(values, mean);
}

}  // namespace auscult
