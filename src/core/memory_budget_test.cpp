#include "core/memory_budget.hpp"

#include <gtest/gtest.h>

namespace auscult {
namespace {

TEST(MemoryBudget, RefusesWhatIsMoreThanItHas) {
  MemoryBudget budget(100);
  MemoryBudget::Lease first(budget);
  MemoryBudget::Lease second(budget);
  EXPECT_TRUE(first.grow_to(60));
  EXPECT_FALSE(second.grow_to(41));
  EXPECT_TRUE(second.grow_to(40));
  EXPECT_TRUE(first.grow_to(60)) << "it already has that much";
}

TEST(MemoryBudget, GetsBackWhatALeaseHeldAtItsEnd) {
  MemoryBudget budget(100);
  {
    MemoryBudget::Lease lease(budget);
    EXPECT_TRUE(lease.grow_to(100));
    const MemoryBudget::Lease moved(std::move(lease));
  }
  MemoryBudget::Lease next(budget);
  EXPECT_TRUE(next.grow_to(100));
}

TEST(MemoryBudget, TellsWhatCanNeverBeFromWhatCannotBeNow) {
  MemoryBudget budget(100);
  MemoryBudget::Lease other(budget);
  MemoryBudget::Lease lease(budget);
  ASSERT_TRUE(other.add(50));
  ASSERT_TRUE(lease.add(40));
  EXPECT_EQ(lease.add(20).error().code, ErrorCode::unavailable);
  EXPECT_EQ(lease.add(61).error().code, ErrorCode::too_large);
  EXPECT_EQ(budget.left(), 10U) << "what was refused is not held";
}

TEST(MemoryBudget, TakesBackAPartOfALease) {
  MemoryBudget budget(100);
  MemoryBudget::Lease lease(budget);
  ASSERT_TRUE(lease.add(80));
  lease.give_back(30);
  EXPECT_EQ(budget.left(), 50U);
  lease.give_back(1'000);
  EXPECT_EQ(budget.left(), 100U);
}

}  // namespace
}  // namespace auscult
