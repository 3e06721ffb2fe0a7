#include "core/lanes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
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

// As dot() says, to the bit, whatever the processor's width is.
TEST(Dot, IsEightSumsTheLastOfWhichIsAddedToFirst) {
  std::vector<float> a(43);
  std::vector<float> b(43);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = std::sin(static_cast<float>(i));
    b[i] = std::cos(static_cast<float>(3 * i));
  }
  std::array<float, 8> sums{};
  for (std::size_t i = 0; i < 40; ++i) {
    const float product = a[i] * b[i];
    sums[i % 8] += product;
  }
  float expected =
      ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (std::size_t i = 40; i < a.size(); ++i) {
    const float product = a[i] * b[i];
    expected += product;
  }
  EXPECT_EQ(dot(a, b), expected);
}

[[gnu::always_inline]] inline void multiply_and_add(std::span<float> values, float factor) {
  for (std::size_t i = 0; i < values.size(); i += Lanes::kCount) {
    Lanes::Floats eight;
    Lanes::load(&values[i], eight);
    const Lanes::Floats sums = eight * factor + eight;
    for (std::size_t lane = 0; lane < Lanes::kCount; ++lane) values[i + lane] = sums[lane];
  }
}

TEST(InWidestLanes, GivesTheSameBitsAsWithoutThem) {
  std::vector<float> wide(800);
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = std::sin(static_cast<float>(i));
  std::vector<float> narrow = wide;
  // From a place where no register is aligned.
  in_widest_lanes<multiply_and_add>(std::span(wide).subspan(3, 792), 0.3F);
  multiply_and_add(std::span(narrow).subspan(3, 792), 0.3F);
  EXPECT_EQ(wide, narrow);
}

TEST(Lanes, LieWhereARegisterIsLoadedFrom) {
  EXPECT_EQ(alignof(Lanes::Floats), sizeof(Lanes::Floats));
  EXPECT_EQ(alignof(Lanes::Integers), sizeof(Lanes::Integers));
  EXPECT_EQ(alignof(Lanes::Doubles), sizeof(Lanes::Doubles));
}

TEST(Sum, IsThatOfTheValuesOrOfTheirSquaresAtAnyLength) {
  for (std::size_t count = 0; count < 30; ++count) {
    const std::vector<float> values = numbers(count, 3);
    double expected = 0;
    double expected_squares = 0;
    for (const float value : values) {
      expected += static_cast<double>(value);
      expected_squares += (static_cast<double>(value) - 2) * (static_cast<double>(value) - 2);
    }
    EXPECT_EQ(sum(values), expected) << count;
    EXPECT_EQ(sum_of_squares(values, 2), expected_squares) << count;
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
