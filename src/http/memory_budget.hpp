#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace auscult::http {

/// Bounds what all request bodies together may hold: connections times the body limit would be
/// more than the machine has. Any thread; outlives its leases.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : left_(bytes) {}

  /// A share of the budget, given back at the end of its life.
  class Lease {
   public:
    explicit Lease(MemoryBudget& budget) : budget_(&budget) {}
    Lease(Lease&& other) noexcept
        : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() { budget_->left_ += bytes_; }

    /// Makes the share at least `bytes`; returns whether the budget has them.
    bool grow_to(std::size_t bytes) {
      if (bytes <= bytes_) return true;
      std::size_t left = budget_->left_;
      do {
        if (left < bytes - bytes_) return false;
      } while (!budget_->left_.compare_exchange_weak(left, left - (bytes - bytes_)));
      bytes_ = bytes;
      return true;
    }

   private:
    MemoryBudget* budget_;
    std::size_t bytes_ = 0;
  };

 private:
  std::atomic<std::size_t> left_;
};

}  // namespace auscult::http
