#include "storage/insertions.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

namespace auscult::storage {
namespace {

using ::testing::ElementsAre;

TEST(Insertions, OfThoseThatComeWhileACommitIsUnderWayTheNextTakesAll) {
  Insertions insertions;
  std::latch begun(1);
  std::latch may_end(1);
  std::vector<std::size_t> sizes;  // Of each commit; they follow each other.
  const auto commit = [&](std::span<Insertion* const> together) {
    sizes.push_back(together.size());
    if (sizes.size() > 1) return;
    begun.count_down();
    may_end.wait();
  };
  std::array<Insertion, 4> four;
  std::jthread first([&] { insertions.take(four[0], commit); });
  begun.wait();
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < four.size(); ++i) {
    others.emplace_back([&, i] { insertions.take(four[i], commit); });
  }
  while (insertions.waiting() < 3) std::this_thread::yield();
  may_end.count_down();
  others.clear();
  EXPECT_THAT(sizes, ElementsAre(1, 3));
}

TEST(Insertions, AreEachCommittedOnceAndByOneThreadAtATime) {
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  Insertions insertions;
  std::atomic<int> at_work = 0;
  std::atomic<int> committed = 0;
  const auto commit = [&](std::span<Insertion* const> together) {
    EXPECT_EQ(++at_work, 1);
    for (Insertion* insertion : together) {
      EXPECT_FALSE(insertion->is_done);
      ++committed;
    }
    --at_work;
  };
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          Insertion insertion;
          insertions.take(insertion, commit);
          EXPECT_TRUE(insertion.is_done);
        }
      });
    }
  }
  EXPECT_EQ(committed, kThreads * kEach);
}

}  // namespace
}  // namespace auscult::storage
