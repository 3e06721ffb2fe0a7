#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "auscult/result.hpp"

namespace auscult {

/// Bounds what all requests together may hold: bodies, the samples decoded from them, large
/// answers. Connections times the largest of each would be more than the machine has. Any thread;
/// outlives its leases.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : total_(bytes), left_(bytes) {}

  [[nodiscard]] std::size_t total() const { return total_; }
  /// What is not lent out at the moment.
  [[nodiscard]] std::size_t left() const { return left_; }
  /// How often something was not to be had.
  [[nodiscard]] std::uint64_t refusals() const { return refusals_; }

  /// A share of the budget, given back at the end of its life. One thread at a time.
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
        if (left < bytes - bytes_) {
          ++budget_->refusals_;
          return false;
        }
      } while (!budget_->left_.compare_exchange_weak(left, left - (bytes - bytes_)));
      bytes_ = bytes;
      return true;
    }

    /// Makes the share `bytes` larger. Fails with too_large if the whole budget could not hold
    /// that, and with unavailable if it could but others hold it.
    Status add(std::size_t bytes) {
      if (bytes > budget_->total_ - bytes_) {
        ++budget_->refusals_;
        return fail(ErrorCode::too_large, "this would take more than the " +
                                              std::to_string(budget_->total_) +
                                              " bytes of memory that all requests may hold: send "
                                              "a shorter recording");
      }
      if (!grow_to(bytes_ + bytes)) {
        return fail(ErrorCode::unavailable,
                    "too many large recordings at once: try again in a moment");
      }
      return Ok{};
    }

    /// Gives `bytes` of the share back; all of it if it is less.
    void give_back(std::size_t bytes) {
      const std::size_t given = bytes < bytes_ ? bytes : bytes_;
      bytes_ -= given;
      budget_->left_ += given;
    }

   private:
    MemoryBudget* budget_;
    std::size_t bytes_ = 0;
  };

 private:
  const std::size_t total_;
  std::atomic<std::size_t> left_;
  std::atomic<std::uint64_t> refusals_ = 0;
};

}  // namespace auscult
