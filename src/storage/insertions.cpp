#include "storage/insertions.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace auscult::storage {
namespace {

// In one commit: what is longer makes who came first wait, and saves little more.
constexpr std::size_t kMostTogether = 64;

}  // namespace

void Insertions::take(Insertion& insertion, const Commit& commit) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&insertion);
  while (!insertion.is_done) {
    if (is_committing_) {
      committed_.wait(lock);
      continue;
    }
    is_committing_ = true;
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostTogether));
    const std::vector<Insertion*> together(waiting_.begin(), waiting_.begin() + count);
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    lock.unlock();
    commit(together);
    lock.lock();
    for (Insertion* done : together) done->is_done = true;
    is_committing_ = false;
    committed_.notify_all();
  }
}

std::size_t Insertions::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace auscult::storage
