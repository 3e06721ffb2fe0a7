#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auscult::evaluation {

struct Interval {
  double low = 0;
  double high = 0;
};

inline constexpr int kBootstrapDraws = 1000;

/// 95 % percentile interval of a measure, drawing whole groups with replacement, so that several
/// recordings of one patient do not count as several patients (Efron and Tibshirani 1993, ch. 8).
///
/// `groups` names the group of each item; `measure` gets the indices of a draw's items, with
/// repetitions, and may have no value for it. Empty if fewer than half of the draws have one.
/// The same input gives the same interval. Any thread.
std::optional<Interval> bootstrap_interval(
    std::span<const std::string> groups,
    const std::function<std::optional<double>(std::span<const std::size_t>)>& measure);

}  // namespace auscult::evaluation
