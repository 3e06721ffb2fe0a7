#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::service {

/// How many jobs were not run: there was no place for them, or when their turn came it was too late
/// or nobody wanted them any more.
struct DroppedJobs {
  std::uint64_t full = 0;
  std::uint64_t late = 0;
  std::uint64_t unwanted = 0;
};

/// A fixed number of threads that take jobs from a bounded queue, first come, first served. A job
/// that runs has a State to itself, such as a classify::Workspace, that others had before it; so
/// many can run at a time. A job that only waits any more, for the disk perhaps, may give_back()
/// its State to the next one, if there are more threads than States.
///
/// Every accepted job is answered exactly once: it is run, or told why not. Any thread may submit;
/// drain() and the destructor belong to one thread that is none of the pool's.
template <typename State>
class WorkerPool {
 public:
  using Clock = std::chrono::steady_clock;

  struct Job {
    std::function<void(State&)> run;
    /// Called instead of `run` with deadline_exceeded if the deadline has passed when the job's
    /// turn comes, with unavailable if it is not wanted any more, and with internal if `run`
    /// throws, which ours does only when memory runs out.
    std::function<void(const Error&)> refuse;
    Clock::time_point deadline = Clock::time_point::max();
    /// Whether anybody still waits for it, asked when its turn comes; if not, it is refused. Any
    /// thread may ask. Empty: yes.
    std::function<bool()> is_wanted = {};
  };

  /// One thread for each state, and `more_threads` for jobs that have given theirs back;
  /// `queue_capacity` jobs may wait besides those that are running.
  WorkerPool(std::vector<State> states, std::size_t queue_capacity, std::size_t more_threads = 0)
      : queue_capacity_(queue_capacity), states_(std::move(states)), holders_(states_.size()) {
    const std::size_t threads = states_.size() + more_threads;
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() { drain(); }

  /// Returns false, and drops the job without calling it, if the queue is full or draining, or more
  /// than `most_waiting` jobs wait already. A full queue is first rid of the jobs that would not be
  /// run any more, which are refused on this thread.
  bool try_submit(Job job, std::size_t most_waiting = std::numeric_limits<std::size_t>::max()) {
    std::vector<std::pair<Job, Error>> dropped;
    bool is_taken = false;
    {
      const std::lock_guard lock(mutex_);
      if (!draining_ && queue_.size() >= queue_capacity_) dropped = take_out_stale();
      is_taken = !draining_ && queue_.size() < queue_capacity_ && queue_.size() <= most_waiting;
      if (is_taken) queue_.push_back(std::move(job));
    }
    if (is_taken) job_came_.notify_one();
    // Who would not wait at all is not refused a place.
    if (!is_taken && most_waiting >= queue_capacity_) ++full_;
    for (const auto& [stale, why] : dropped) stale.refuse(why);
    return is_taken;
  }

  [[nodiscard]] std::size_t queue_capacity() const { return queue_capacity_; }
  [[nodiscard]] std::size_t size() const { return states_.size(); }

  [[nodiscard]] DroppedJobs dropped() const { return {full_, late_, unwanted_}; }

  /// For the job that runs on this thread: it does not use its state any more. At most once.
  void give_back(State& state) {
    std::thread::id& holder = holders_[static_cast<std::size_t>(&state - states_.data())];
    {
      const std::lock_guard lock(mutex_);
      if (holder != std::this_thread::get_id()) return;
      holder = {};
    }
    job_came_.notify_one();
  }

  /// How many accepted jobs have not been begun.
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

  /// Takes no more jobs and returns when all that were accepted are answered.
  void drain() {
    {
      const std::lock_guard lock(mutex_);
      draining_ = true;
    }
    job_came_.notify_all();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  void work() {
    for (;;) {
      Job job;
      State* state = nullptr;
      {
        std::unique_lock lock(mutex_);
        job_came_.wait(
            lock, [this] { return queue_.empty() ? draining_ : free_holder() != holders_.end(); });
        if (queue_.empty()) {
          job_came_.notify_all();  // Those that wait for a state, too.
          return;
        }
        job = std::move(queue_.front());
        queue_.pop_front();
        const auto holder = free_holder();
        *holder = std::this_thread::get_id();
        state = &states_[static_cast<std::size_t>(holder - holders_.begin())];
      }
      answer(job, *state);
      give_back(*state);
    }
  }

  /// Of a state that nobody has. Under `mutex_`.
  auto free_holder() { return std::find(holders_.begin(), holders_.end(), std::thread::id()); }

  /// Why a job need not be run any more; it is counted then.
  std::optional<Error> reason_to_drop(const Job& job) {
    if (Clock::now() > job.deadline) {
      ++late_;
      return fail(ErrorCode::deadline_exceeded,
                  "the request waited too long for its turn: try again later");
    }
    if (job.is_wanted && !job.is_wanted()) {
      ++unwanted_;
      return fail(ErrorCode::unavailable, "who asked has gone");
    }
    return std::nullopt;
  }

  std::vector<std::pair<Job, Error>> take_out_stale() {
    std::vector<std::pair<Job, Error>> stale;
    std::deque<Job> kept;
    for (Job& job : queue_) {
      if (const std::optional<Error> why = reason_to_drop(job)) {
        stale.emplace_back(std::move(job), *why);
      } else {
        kept.push_back(std::move(job));
      }
    }
    queue_ = std::move(kept);
    return stale;
  }

  void answer(const Job& job, State& state) {
    if (const std::optional<Error> why = reason_to_drop(job)) {
      job.refuse(*why);
      return;
    }
    try {
      job.run(state);
    } catch (const std::exception& exception) {
      job.refuse(fail(ErrorCode::internal, exception.what()));
    }
  }

  const std::size_t queue_capacity_;
  std::vector<State> states_;
  std::mutex mutex_;
  std::vector<std::thread::id> holders_;  // Of each state; none: it is free. Guarded by mutex_.
  std::condition_variable job_came_;
  std::deque<Job> queue_;  // Guarded by mutex_.
  bool draining_ = false;  // Guarded by mutex_.
  std::atomic<std::uint64_t> full_ = 0;
  std::atomic<std::uint64_t> late_ = 0;
  std::atomic<std::uint64_t> unwanted_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace auscult::service
