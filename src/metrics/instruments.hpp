#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What is counted while requests run. Nothing here takes a lock; any thread.
namespace auscult::metrics {

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// How often values fell into each bucket, and their sum.
class Histogram {
 public:
  /// `upper_bounds` are inclusive, ascending, and outlive the histogram; above the last there is
  /// one more bucket.
  explicit Histogram(std::span<const double> upper_bounds);

  void observe(double value);

  [[nodiscard]] std::span<const double> upper_bounds() const { return upper_bounds_; }
  /// One number for each bound and one for what lies above the last. Not cumulative.
  [[nodiscard]] std::vector<std::uint64_t> counts() const;
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::span<const double> upper_bounds_;
  std::vector<Counter> buckets_;
  std::atomic<double> sum_{0};
};

/// From a request that a file answers to one that waits for a worker until it is due, in seconds.
inline constexpr std::array kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                        0.25,  0.5,    1.0,   2.5,  5.0,   10.0, 30.0};
/// Of a confidence.
inline constexpr std::array kPercent = {30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 100.0};

/// One Value for each of the first `most` names that are asked for; all others share one more. So
/// names that clients choose cannot make more series than that. Looked up one after the other:
/// meant for some dozens.
template <typename Value>
class BoundedTable {
 public:
  static constexpr std::string_view kOther = "other";

  explicit BoundedTable(std::size_t most) : entries_(most) {}
  BoundedTable(const BoundedTable&) = delete;
  BoundedTable& operator=(const BoundedTable&) = delete;
  ~BoundedTable() {
    for (const auto& entry : entries_) const std::unique_ptr<Entry> deleted(entry.load());
  }

  Value& at(std::string_view name) {
    if (name == kOther) return other_;
    std::unique_ptr<Entry> made;
    for (std::atomic<Entry*>& place : entries_) {
      Entry* found = place.load(std::memory_order_acquire);
      if (found == nullptr) {
        if (!made) made = std::make_unique<Entry>(std::string(name));
        // Else another thread was faster, and `found` is what it put there.
        if (place.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) {
          return made.release()->value;
        }
      }
      if (found->name == name) return found->value;
    }
    return other_;
  }

  /// Calls `visit(name, value)` for each name there is, in the order of their coming; "other"
  /// always, last.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const std::atomic<Entry*>& place : entries_) {
      const Entry* entry = place.load(std::memory_order_acquire);
      if (entry != nullptr) visit(std::string_view(entry->name), entry->value);
    }
    visit(kOther, other_);
  }

 private:
  struct Entry {
    explicit Entry(std::string text) : name(std::move(text)) {}
    const std::string name;
    Value value;
  };
  std::vector<std::atomic<Entry*>> entries_;
  Value other_;
};

}  // namespace auscult::metrics
