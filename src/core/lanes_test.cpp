#include "core/lanes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace auscult {
namespace {

// Whole numbers, whose sums are exact in any order.
std::vector<float> numbers(std::size_t count, int step) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(static_cast<int>(i) * step % 17 - 8));
  }
  return values;
}

TEST(Dot, IsTheSumOfTheProductsAtAnyLength) {
  for (std::size_t count = 0; count < 30; ++count) {
    const std::vector<float> a = numbers(count, 3);
    const std::vector<float> b = numbers(count, 5);
    float expected = 0;
    for (std::size_t i = 0; i < count; ++i) expected += a[i] * b[i];
    EXPECT_EQ(dot(a, b), expected) << count;
  }
}

TEST(GreatestSum, IsFoundAtEveryPlace) {
  constexpr float kImpossible = -std::numeric_limits<float>::infinity();
  for (std::size_t count = 1; count < 30; ++count) {
    for (std::size_t place = 0; place < count; ++place) {
      std::vector<float> a(count, -5);
      const std::vector<float> b(count, -2);
      a[place] = -4;
      EXPECT_EQ(greatest_sum(a, b), -6) << place << " of " << count;
    }
    EXPECT_EQ(greatest_sum(std::vector<float>(count, kImpossible), std::vector<float>(count, 1)),
              kImpossible);
  }
  EXPECT_EQ(greatest_sum({}, {}), kImpossible);
}

}  // namespace
}  // namespace auscult
