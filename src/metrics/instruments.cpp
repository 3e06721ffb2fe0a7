#include "metrics/instruments.hpp"

#include <algorithm>

namespace auscult::metrics {

Histogram::Histogram(std::span<const double> upper_bounds)
    : upper_bounds_(upper_bounds), buckets_(upper_bounds.size() + 1) {}

void Histogram::observe(double value) {
  const auto bound = std::ranges::lower_bound(upper_bounds_, value);
  buckets_[static_cast<std::size_t>(bound - upper_bounds_.begin())].add();
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(buckets_.size());
  for (const Counter& bucket : buckets_) counts.push_back(bucket.value());
  return counts;
}

}  // namespace auscult::metrics
