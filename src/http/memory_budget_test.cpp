#include "http/memory_budget.hpp"

#include <gtest/gtest.h>

namespace auscult::http {
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

}  // namespace
}  // namespace auscult::http
