#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/rows.hpp"

namespace auscult::storage {

/// One recording on its way into the store.
struct Insertion {
  Rows rows;
  const Spool* listening_wav = nullptr;
  const Origin* origin = nullptr;
  Status outcome = Ok{};
  bool is_done = false;
};

/// Lets insertions that come at the same time share one commit, and so one wait for the disk: who
/// comes first commits for all that have come when its turn is there, and the others wait for it.
/// Any thread.
class Insertions {
 public:
  /// Writes the insertions, one or more, in their order, and sets their outcomes; called by one
  /// thread at a time.
  using Commit = std::function<void(std::span<Insertion* const>)>;

  /// Returns when a call of somebody's `commit` has seen the insertion.
  void take(Insertion& insertion, const Commit& commit);
  /// How many wait for a commit to begin.
  [[nodiscard]] std::size_t waiting();

 private:
  std::mutex mutex_;
  std::condition_variable committed_;
  std::deque<Insertion*> waiting_;  // Guarded by mutex_, as are `is_done` and what follows.
  bool is_committing_ = false;
};

}  // namespace auscult::storage
