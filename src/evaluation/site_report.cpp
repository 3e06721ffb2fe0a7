#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "evaluation/report.hpp"

namespace auscult::evaluation {
namespace {

struct Rates {
  std::optional<double> sensitivity;
  std::optional<double> specificity;

  [[nodiscard]] std::optional<double> macc() const {
    if (!sensitivity || !specificity) return std::nullopt;
    return (*sensitivity + *specificity) / 2;
  }
};

// Of the chosen cases of one site, where `called` says which are called abnormal.
template <typename Called>
Rates rates_of(std::span<const SiteCase> cases, Indices chosen, const std::string& site,
               Called called) {
  std::array<double, 2> all{};
  std::array<double, 2> right{};
  for (const std::size_t i : chosen) {
    if (cases[i].site != site) continue;
    const std::size_t kind = cases[i].abnormal ? 1 : 0;
    ++all[kind];
    if (called(i) == cases[i].abnormal) ++right[kind];
  }
  Rates rates;
  if (all[1] > 0) rates.sensitivity = right[1] / all[1];
  if (all[0] > 0) rates.specificity = right[0] / all[0];
  return rates;
}

std::optional<double> mean_of(const std::vector<std::optional<double>>& values) {
  double sum = 0;
  int known = 0;
  for (const std::optional<double>& value : values) {
    sum += value.value_or(0);
    known += value ? 1 : 0;
  }
  if (known == 0) return std::nullopt;
  return sum / known;
}

// The threshold that is best on the mean MAcc of every site but one, midway between two scores.
double best_threshold(std::span<const SiteCase> cases, Indices all,
                      const std::set<std::string>& sites, const std::string& left_out) {
  std::set<double> scores;
  for (const SiteCase& item : cases) {
    if (item.site != left_out) scores.insert(item.score);
  }
  double best = 0;
  double best_value = -1;
  for (auto score = scores.begin(); score != scores.end(); ++score) {
    const double threshold = score == scores.begin() ? *score : (*score + *std::prev(score)) / 2;
    std::vector<std::optional<double>> maccs;
    for (const std::string& site : sites) {
      if (site == left_out) continue;
      maccs.push_back(rates_of(cases, all, site, [&](std::size_t i) {
                        return cases[i].score >= threshold;
                      }).macc());
    }
    const double value = mean_of(maccs).value_or(0);
    if (value > best_value) {
      best_value = value;
      best = threshold;
    }
  }
  return best;
}

}  // namespace

Json site_report(std::span<const SiteCase> cases, Detail detail) {
  std::vector<std::string> groups;
  std::vector<std::size_t> all;
  std::set<std::string> sites;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    groups.push_back(cases[i].group);
    all.push_back(i);
    sites.insert(cases[i].site);
  }
  std::map<std::string, double> thresholds;
  for (const std::string& site : sites) {
    thresholds[site] = best_threshold(cases, all, sites, site);
  }
  std::vector<bool> called;
  for (const SiteCase& item : cases) called.push_back(item.score >= thresholds[item.site]);
  const auto rates_at = [&](Indices chosen, const std::string& site) {
    return rates_of(cases, chosen, site, [&](std::size_t i) { return called[i]; });
  };

  Json json;
  std::vector<std::optional<double>> aurocs;
  for (const std::string& site : sites) {
    std::vector<double> scores;
    std::vector<int> kinds;
    for (const SiteCase& item : cases) {
      scores.push_back(item.score);
      kinds.push_back(item.site != site ? -1 : item.abnormal ? 1 : 0);
    }
    Json& of_site = json["sites"][site];
    of_site["normal"] = std::count(kinds.begin(), kinds.end(), 0);
    of_site["abnormal"] = std::count(kinds.begin(), kinds.end(), 1);
    of_site["auroc"] = auroc_estimate(groups, scores, kinds, detail);
    if (!of_site["auroc"].is_null()) {
      of_site["auroc"].erase("roc");
      aurocs.emplace_back(of_site["auroc"]["value"].get<double>());
    }
    const auto figure = [&](auto of_rates) {
      return estimate(
          groups, [&](Indices chosen) { return of_rates(rates_at(chosen, site)); }, detail);
    };
    of_site["sensitivity"] = figure([](const Rates& rates) { return rates.sensitivity; });
    of_site["specificity"] = figure([](const Rates& rates) { return rates.specificity; });
    of_site["macc"] = figure([](const Rates& rates) { return rates.macc(); });
  }
  json["mean_macc"] = estimate(
      groups,
      [&](Indices chosen) {
        std::vector<std::optional<double>> maccs;
        for (const std::string& site : sites) maccs.push_back(rates_at(chosen, site).macc());
        return mean_of(maccs);
      },
      detail);
  if (const std::optional<double> mean = mean_of(aurocs)) json["mean_auroc"] = rounded(*mean);
  return json;
}

}  // namespace auscult::evaluation
