#include "model/fold_phases.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace auscult::model {

namespace {

// Of the largest weight; rounding the weights to f32 is 6e-8.
constexpr double kRounding = 1e-6;

// To find the partners of more would take longer than loading the rest of a model.
constexpr std::size_t kMostFilters = 4'096;

using Filter = std::vector<double>;

/// The part of a filter that is the same read backwards, or (`sign` -1) its own negative.
Filter part_of(const Filter& filter, double sign) {
  Filter part(filter.size());
  for (std::size_t n = 0; n < filter.size(); ++n) {
    part[n] = 0.5 * (filter[n] + sign * filter[filter.size() - 1 - n]);
  }
  return part;
}

double product(const Filter& a, const Filter& b) {
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum;
}

double largest_of(const Filter& filter) {
  double largest = 0;
  for (const double weight : filter) largest = std::max(largest, std::abs(weight));
  return largest;
}

Filter mix(const Filter& a, double of_a, const Filter& b, double of_b) {
  Filter mixed(a.size());
  for (std::size_t n = 0; n < a.size(); ++n) mixed[n] = of_a * a[n] + of_b * b[n];
  return mixed;
}

struct Pair {
  Filter even;
  Filter odd;
};

/// The pair turned; nothing if that leaves an even filter odd parts or the other way round.
std::optional<Pair> turn(const Filter& a, const Filter& b) {
  const Filter odd_a = part_of(a, -1);
  const Filter odd_b = part_of(b, -1);
  // The direction in which most is odd, and the one across it.
  const double angle =
      0.5 * std::atan2(2 * product(odd_a, odd_b), product(odd_a, odd_a) - product(odd_b, odd_b));
  const Filter odd = mix(a, std::cos(angle), b, std::sin(angle));
  const Filter even = mix(a, -std::sin(angle), b, std::cos(angle));
  const double tolerance = kRounding * std::max(largest_of(a), largest_of(b));
  if (largest_of(part_of(odd, 1)) > tolerance || largest_of(part_of(even, -1)) > tolerance) {
    return std::nullopt;
  }
  return Pair{part_of(even, 1), part_of(odd, -1)};
}

void append_first(const Filter& filter, std::size_t count, Tensor& tensor) {
  for (std::size_t n = 0; n < count; ++n) tensor.floats.push_back(static_cast<float>(filter[n]));
}

}  // namespace

std::optional<FoldedFilters> fold_phases(const Tensor& filters, const Tensor& bands) {
  const auto count = static_cast<std::size_t>(filters.dims[0]);
  const auto band_count = static_cast<std::size_t>(bands.dims[0]);
  const std::size_t taps = filters.floats.size() / count;
  if (count > kMostFilters || taps < 2) return std::nullopt;
  const auto filter = [&](std::size_t i) {
    const auto row = std::span(filters.floats).subspan(i * taps, taps);
    return Filter(row.begin(), row.end());
  };
  const auto has_weights_of = [&](std::size_t i, std::size_t j) {
    for (std::size_t band = 0; band < band_count; ++band) {
      const float* row = bands.floats.data() + band * count;
      if (row[i] != row[j]) return false;
    }
    return true;
  };

  FoldedFilters folded;
  std::vector<std::size_t> first_of_pair;
  std::vector<bool> is_paired(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    if (is_paired[i]) continue;
    std::optional<Pair> pair;
    for (std::size_t j = i + 1; j < count && !pair; ++j) {
      if (is_paired[j] || !has_weights_of(i, j)) continue;
      pair = turn(filter(i), filter(j));
      is_paired[j] = pair.has_value();
    }
    if (!pair) return std::nullopt;
    first_of_pair.push_back(i);
    append_first(pair->even, (taps + 1) / 2, folded.even);
    append_first(pair->odd, taps / 2, folded.odd);
  }
  for (std::size_t band = 0; band < band_count; ++band) {
    for (const std::size_t i : first_of_pair) {
      folded.bands.floats.push_back(bands.floats[band * count + i]);
    }
  }
  const auto pairs = static_cast<std::int64_t>(first_of_pair.size());
  const auto length = static_cast<std::int64_t>(taps);
  folded.even.dims = {pairs, (length + 1) / 2};
  folded.odd.dims = {pairs, length / 2};
  folded.bands.dims = {bands.dims[0], pairs};
  return folded;
}

}  // namespace auscult::model
