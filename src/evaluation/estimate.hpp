#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluation/curves.hpp"

/// From a measure to the JSON of a figure. Pure functions; any thread.
namespace auscult::evaluation {

using Json = nlohmann::ordered_json;

/// How much a report holds: everything, or only the values of its figures, without the intervals
/// and curves that take the time and the room.
enum class Detail { full, values };

using Indices = std::span<const std::size_t>;
using Measure = std::function<std::optional<double>(Indices)>;

/// Four decimals, as every figure is written.
double rounded(double value);

/// {value, low, high} of a measure over all items, 95 % by bootstrap over `groups` (the group of
/// each item); null if it has no value, without low and high if it has no interval.
Json estimate(const std::vector<std::string>& groups, const Measure& measure, Detail detail);

/// AUROC {value, low, high, positives, negatives, roc} of a value of each item, by which kind the
/// item is: positive (1), negative (0), or neither. Null if a kind is missing.
Json auroc_estimate(const std::vector<std::string>& groups, const std::vector<double>& scores,
                    const std::vector<int>& kinds, Detail detail);

/// The share of the items of which `counted` is true among those of `kind`, as estimate().
Json share_estimate(const std::vector<std::string>& groups, const std::vector<int>& kinds, int kind,
                    const std::function<bool(std::size_t)>& counted, Detail detail);

/// [[x, y], ...], thinned to kCurvePoints.
Json curve_json(std::span<const CurvePoint> curve);
inline constexpr std::size_t kCurvePoints = 50;

}  // namespace auscult::evaluation
