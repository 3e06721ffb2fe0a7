#include "model/arena.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace auscult::model {
namespace {

using ::testing::ElementsAre;

TEST(PlanArena, ReusesMemoryWhoseLifeIsOver) {
  const ArenaLayout layout = plan_arena({{128, 0, 1}, {64, 1, 2}, {128, 2, 3}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 128, 0));
  EXPECT_EQ(layout.bytes, 192U);
}

TEST(PlanArena, KeepsApartWhatLivesAtTheSameStep) {
  const ArenaLayout layout = plan_arena({{64, 0, 4}, {64, 4, 8}});
  EXPECT_NE(layout.offsets[0], layout.offsets[1]);
}

TEST(PlanArena, AlignsEachStretch) {
  const ArenaLayout layout = plan_arena({{1, 0, 1}, {1, 0, 1}, {1, 0, 1}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 64, 128));
}

TEST(PlanArena, FillsAGapBetweenTwoStretches) {
  // The second is free again when the last, smaller one begins, the others still live.
  const ArenaLayout layout = plan_arena({{256, 0, 9}, {128, 0, 1}, {128, 0, 9}, {64, 2, 9}});
  EXPECT_EQ(layout.offsets[3], layout.offsets[1]);
  EXPECT_EQ(layout.bytes, 512U);
}

TEST(AlignedBytes, AreAlignedAndZero) {
  const AlignedBytes bytes(100);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment, 0U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(bytes.data()[i], std::byte{0});
}

}  // namespace
}  // namespace auscult::model
