#include "service/worker_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <new>
#include <optional>
#include <set>

namespace auscult::service {
namespace {

struct State {
  int jobs = 0;
};
using Pool = WorkerPool<State>;

Pool::Job job(std::function<void(State&)> run) {
  return {.run = std::move(run),
          .refuse = [](const Error& error) { ADD_FAILURE() << "refused: " << error.message; }};
}

/// Keeps one worker busy until it is released.
class Blocker {
 public:
  /// Returns when the worker is in the job.
  void block(Pool& pool) {
    ASSERT_TRUE(pool.try_submit(job([this](State&) {
      entered_.count_down();
      released_.wait();
    })));
    entered_.wait();
  }
  void release() { released_.count_down(); }

 private:
  std::latch entered_{1};
  std::latch released_{1};
};

TEST(WorkerPool, RunsEveryAcceptedJobBeforeItEnds) {
  std::atomic<int> runs = 0;
  int accepted = 0;
  {
    Pool pool(std::vector<State>(3), 1'000);
    for (int i = 0; i < 500; ++i) accepted += pool.try_submit(job([&](State&) { ++runs; })) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 500);
  EXPECT_EQ(runs, 500);
}

TEST(WorkerPool, RunsJobsInTheOrderTheyCame) {
  std::vector<int> order;
  Blocker blocker;
  Pool pool(std::vector<State>(1), 10);
  blocker.block(pool);
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(pool.try_submit(job([&, i](State&) { order.push_back(i); })));
  blocker.release();
  pool.drain();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(WorkerPool, RefusesWhatDoesNotFitInTheQueue) {
  int runs = 0;
  Blocker blocker;
  Pool pool(std::vector<State>(1), 2);
  blocker.block(pool);
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; })));
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; })));
  EXPECT_FALSE(pool.try_submit(job([&](State&) { ++runs; })));
  blocker.release();
  pool.drain();
  EXPECT_EQ(runs, 2);
}

TEST(WorkerPool, GivesEachThreadAStateOfItsOwn) {
  std::latch all_running(3);
  std::set<State*> states;
  std::mutex mutex;
  Pool pool(std::vector<State>(3), 3);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.try_submit(job([&](State& state) {
      all_running.arrive_and_wait();
      const std::lock_guard lock(mutex);
      states.insert(&state);
    })));
  }
  pool.drain();
  EXPECT_EQ(states.size(), 3U);
}

TEST(WorkerPool, KeepsAThreadsStateBetweenItsJobs) {
  int jobs = 0;
  {
    Pool pool(std::vector<State>(1), 10);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(pool.try_submit(job([&](State& state) { jobs = ++state.jobs; })));
    }
  }
  EXPECT_EQ(jobs, 10);
}

TEST(WorkerPool, TellsAJobThatItsDeadlineHasPassedInsteadOfRunningIt) {
  std::optional<Error> refusal;
  {
    Pool pool(std::vector<State>(1), 1);
    ASSERT_TRUE(pool.try_submit({.run = [](State&) { ADD_FAILURE() << "it ran"; },
                                 .refuse = [&](const Error& error) { refusal = error; },
                                 .deadline = Pool::Clock::time_point::min()}));
  }
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, ErrorCode::deadline_exceeded);
}

TEST(WorkerPool, GoesOnAfterAJobThatRanOutOfMemory) {
  std::optional<Error> refusal;
  bool ran = false;
  {
    Pool pool(std::vector<State>(1), 2);
    ASSERT_TRUE(pool.try_submit({.run = [](State&) { throw std::bad_alloc(); },
                                 .refuse = [&](const Error& error) { refusal = error; }}));
    ASSERT_TRUE(pool.try_submit(job([&](State&) { ran = true; })));
  }
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, ErrorCode::internal);
  EXPECT_TRUE(ran);
}

TEST(WorkerPool, TakesNoJobOnceItIsDrained) {
  Pool pool(std::vector<State>(1), 10);
  pool.drain();
  EXPECT_FALSE(pool.try_submit(job([](State&) { ADD_FAILURE() << "it ran"; })));
}

TEST(WorkerPool, AnswersEveryAcceptedJobOnceWhenManyThreadsSubmit) {
  std::atomic<int> accepted = 0;
  std::atomic<int> answered = 0;
  {
    Pool pool(std::vector<State>(2), 8);
    std::vector<std::thread> submitters;
    for (int thread = 0; thread < 4; ++thread) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          if (pool.try_submit(job([&](State&) { ++answered; }))) ++accepted;
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(answered, accepted);
}

TEST(WorkerPool, DropsWhatNobodyWaitsFor) {
  std::optional<Error> why;
  Blocker blocker;
  Pool pool(std::vector<State>(1), 8);
  blocker.block(pool);
  Pool::Job unwanted = job([](State&) { ADD_FAILURE() << "it ran"; });
  unwanted.refuse = [&](const Error& error) { why = error; };
  unwanted.is_wanted = [] { return false; };
  ASSERT_TRUE(pool.try_submit(unwanted));
  blocker.release();
  pool.drain();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, ErrorCode::unavailable);
}

TEST(WorkerPool, RidsAFullQueueOfWhatWillNotBeRun) {
  std::vector<ErrorCode> refused;
  int runs = 0;
  Blocker blocker;
  Pool pool(std::vector<State>(1), 2);
  blocker.block(pool);
  Pool::Job stale = job([](State&) { ADD_FAILURE() << "it ran"; });
  stale.refuse = [&](const Error& error) { refused.push_back(error.code); };
  Pool::Job late = stale;
  stale.is_wanted = [] { return false; };
  late.deadline = Pool::Clock::time_point::min();
  ASSERT_TRUE(pool.try_submit(stale));
  ASSERT_TRUE(pool.try_submit(late));
  EXPECT_TRUE(refused.empty()) << "there was room";
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; })));
  EXPECT_EQ(refused, (std::vector{ErrorCode::unavailable, ErrorCode::deadline_exceeded}));
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; })));
  EXPECT_FALSE(pool.try_submit(job([&](State&) { ++runs; }))) << "it is full of what is wanted";
  EXPECT_EQ(pool.dropped().full, 1U);
  EXPECT_EQ(pool.dropped().late, 1U);
  EXPECT_EQ(pool.dropped().unwanted, 1U);
  blocker.release();
  pool.drain();
  EXPECT_EQ(runs, 2);
}

TEST(WorkerPool, TakesNoJobBehindMoreThanTheCallerWillWaitFor) {
  int runs = 0;
  Blocker blocker;
  Pool pool(std::vector<State>(1), 8);
  blocker.block(pool);
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; }), 0));
  EXPECT_FALSE(pool.try_submit(job([&](State&) { ++runs; }), 0));
  EXPECT_TRUE(pool.try_submit(job([&](State&) { ++runs; }), 1));
  EXPECT_EQ(pool.waiting(), 2U);
  blocker.release();
  pool.drain();
  EXPECT_EQ(runs, 2);
}

TEST(WorkerPool, RunsTheNextJobWhileOneThatGaveItsStateBackStillWaits) {
  Pool pool({State{}}, 4, 1);
  std::latch stored(1);
  std::latch begun(1);
  ASSERT_TRUE(pool.try_submit(job([&](State& state) {
    pool.give_back(state);
    stored.wait();
  })));
  ASSERT_TRUE(pool.try_submit(job([&](State&) { begun.count_down(); })));
  begun.wait();
  stored.count_down();
  pool.drain();
}

TEST(WorkerPool, GivesAStateToOneJobAtATime) {
  Pool pool({State{}, State{}}, 500, 6);
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(pool.try_submit(job([&](State& state) {
      most = std::max<int>(most, ++running);
      --running;
      pool.give_back(state);
      std::this_thread::yield();
    })));
  }
  pool.drain();
  EXPECT_LE(most, 2);
}

}  // namespace
}  // namespace auscult::service
