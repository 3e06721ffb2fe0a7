#include "evaluation/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluation/bootstrap.hpp"
#include "evaluation/metrics.hpp"

namespace auscult::evaluation {
namespace {

std::vector<double> of_kind(Indices chosen, const std::vector<double>& scores,
                            const std::vector<int>& kinds, int kind) {
  std::vector<double> found;
  for (const std::size_t i : chosen) {
    if (kinds[i] == kind) found.push_back(scores[i]);
  }
  return found;
}

std::vector<std::size_t> all_of(const std::vector<std::string>& groups) {
  std::vector<std::size_t> all(groups.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json estimate(const std::vector<std::string>& groups, const Measure& measure, Detail detail) {
  const std::optional<double> value = measure(all_of(groups));
  if (!value) return nullptr;
  Json json = {{"value", rounded(*value)}};
  if (detail == Detail::values) return json;
  if (const std::optional<Interval> interval = bootstrap_interval(groups, measure)) {
    json["low"] = rounded(interval->low);
    json["high"] = rounded(interval->high);
  }
  return json;
}

Json auroc_estimate(const std::vector<std::string>& groups, const std::vector<double>& scores,
                    const std::vector<int>& kinds, Detail detail) {
  Json json = estimate(
      groups,
      [&](Indices at) {
        return auroc(of_kind(at, scores, kinds, 1), of_kind(at, scores, kinds, 0));
      },
      detail);
  if (json.is_null()) return json;
  json["positives"] = std::count(kinds.begin(), kinds.end(), 1);
  json["negatives"] = std::count(kinds.begin(), kinds.end(), 0);
  if (detail == Detail::full) {
    const std::vector<std::size_t> all = all_of(groups);
    json["roc"] =
        curve_json(roc_curve(of_kind(all, scores, kinds, 1), of_kind(all, scores, kinds, 0)));
  }
  return json;
}

Json share_estimate(const std::vector<std::string>& groups, const std::vector<int>& kinds, int kind,
                    const std::function<bool(std::size_t)>& counted, Detail detail) {
  return estimate(
      groups,
      [&](Indices at) -> std::optional<double> {
        int all = 0;
        int found = 0;
        for (const std::size_t i : at) {
          if (kinds[i] != kind) continue;
          ++all;
          if (counted(i)) ++found;
        }
        if (all == 0) return std::nullopt;
        return static_cast<double>(found) / all;
      },
      detail);
}

Json curve_json(std::span<const CurvePoint> curve) {
  Json json = Json::array();
  for (const CurvePoint& point : thinned(curve, kCurvePoints)) {
    json.push_back({rounded(point.x), rounded(point.y)});
  }
  return json;
}

}  // namespace auscult::evaluation
