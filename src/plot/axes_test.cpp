#include "plot/axes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::plot {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(TicksOf, AreRoundNumbersWithinTheRange) {
  const auto near = DoubleNear(1e-9);
  EXPECT_THAT(ticks_of({0, 1}), Pointwise(near, {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(ticks_of({0, 0.4}), Pointwise(near, {0.0, 0.1, 0.2, 0.3, 0.4}));
  EXPECT_THAT(ticks_of({0.33, 1}), Pointwise(near, {0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(ticks_of({0, 300}), Pointwise(near, {0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0}));
}

TEST(Axes, PutLowValuesLeftAndBelow) {
  const Axes axes({.left = 10, .top = 20, .width = 100, .height = 50}, {0, 2}, {0, 1});
  EXPECT_EQ(axes.x(0), 10);
  EXPECT_EQ(axes.x(1), 60);
  EXPECT_EQ(axes.y(0), 70);
  EXPECT_EQ(axes.y(1), 20);
}

TEST(Sheet, GrowsWithItsPanelsAndCaption) {
  Sheet one({"Title", "short"}, 1, 300, 200);
  Sheet two({"Title", "short"}, 2, 300, 200);
  EXPECT_THAT(one.svg().str(), HasSubstr("width=\"340\" height=\"280\""));
  EXPECT_THAT(two.svg().str(), HasSubstr("width=\"640\" height=\"280\""));
  EXPECT_EQ(two.panel(1).left - two.panel(0).left, 300);
  Sheet wordy({"Title", std::string(20, 'a') + " " + std::string(40, 'b')}, 1, 300, 200);
  EXPECT_THAT(wordy.svg().str(), HasSubstr("height=\"296\""));
}

}  // namespace
}  // namespace auscult::plot
