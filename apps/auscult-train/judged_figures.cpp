#include "judged_figures.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <string_view>

namespace auscult::train {
namespace {

using evaluation::Detail;
using evaluation::Json;
using evaluation::rounded;

constexpr double kSqrt = 0.5;
constexpr double kLeastProbability = 1e-12;
constexpr std::string_view kPhysionet = "physionet-";

double murmur_odds(const Judged& item) {
  const auto log_of = [&](std::size_t label) {
    return std::log(std::max(item.probabilities[label], kLeastProbability));
  };
  return log_of(kMurmur) - log_of(kNormal);
}

int answer_of(const Judged& item, const std::vector<double>& prior) {
  return evaluation::decide(item.probabilities, prior, kSqrt);
}

// What of one set goes into its figures.
struct UnseenSet {
  std::vector<std::string> groups;
  std::vector<int> kinds;
  std::vector<double> odds;
  std::vector<double> murmur_scores;
  std::vector<int> answers;
};

}  // namespace

Json unseen_figures(const std::vector<Judged>& judged, const std::vector<double>& prior,
                    Detail detail) {
  std::map<std::string, UnseenSet> sets;
  for (const Judged& item : judged) {
    if (item.example->diseased == kUnlabelled) continue;
    UnseenSet& set = sets[item.example->source];
    set.groups.push_back(item.example->group);
    set.kinds.push_back(item.example->diseased);
    set.odds.push_back(murmur_odds(item));
    set.murmur_scores.push_back(item.murmur_score);
    set.answers.push_back(answer_of(item, prior));
  }
  Json json;
  for (const auto& [name, set] : sets) {
    const auto called = [&answers = set.answers](int label) {
      return [&answers, label](std::size_t i) { return answers[i] == label; };
    };
    Json& figures = json[name];
    figures["healthy"] = std::count(set.kinds.begin(), set.kinds.end(), 0);
    figures["diseased"] = std::count(set.kinds.begin(), set.kinds.end(), 1);
    figures["auroc_murmur_normal"] =
        evaluation::auroc_estimate(set.groups, set.odds, set.kinds, detail);
    figures["auroc_murmur_score"] =
        evaluation::auroc_estimate(set.groups, set.murmur_scores, set.kinds, detail);
    // One curve a set is enough.
    if (figures["auroc_murmur_score"].is_object()) figures["auroc_murmur_score"].erase("roc");
    figures["healthy_called_normal_sqrt"] =
        evaluation::share_estimate(set.groups, set.kinds, 0, called(kNormal), detail);
    figures["diseased_called_murmur_sqrt"] =
        evaluation::share_estimate(set.groups, set.kinds, 1, called(kMurmur), detail);
  }
  return json;
}

Json physionet_figures(const std::vector<Judged>& judged, Detail detail) {
  std::vector<evaluation::SiteCase> by_odds;
  std::vector<evaluation::SiteCase> by_score;
  for (const Judged& item : judged) {
    const Example& example = *item.example;
    if (!example.source.starts_with(kPhysionet) || example.diseased == kUnlabelled) continue;
    by_odds.push_back({.group = example.group,
                       .site = example.source.substr(kPhysionet.size()),
                       .abnormal = example.diseased == 1,
                       .score = murmur_odds(item)});
    by_score.push_back(by_odds.back());
    by_score.back().score = item.murmur_score;
  }
  if (by_odds.empty()) return nullptr;
  return {{"by_murmur_odds", evaluation::site_report(by_odds, detail)},
          {"by_murmur_score", evaluation::site_report(by_score, detail)}};
}

Json synthetic_figures(const std::vector<Judged>& judged, const std::vector<double>& prior) {
  std::map<std::string, std::vector<int>> answers;
  for (const Judged& item : judged) {
    if (item.example->source != "synthetic") continue;
    const std::string kind =
        std::filesystem::path(item.example->file).parent_path().filename().string();
    for (const std::string& name : {kind, std::string("all")}) {
      answers[name].resize(kLabels.size());
      ++answers[name][static_cast<std::size_t>(answer_of(item, prior))];
    }
  }
  Json json;
  for (const auto& [kind, counts] : answers) {
    const int all = std::accumulate(counts.begin(), counts.end(), 0);
    json[kind]["sounds"] = all;
    for (std::size_t k = 0; k < kLabels.size(); ++k) {
      json[kind]["answers_sqrt"][std::string(kLabels[k])] =
          rounded(static_cast<double>(counts[k]) / all);
    }
  }
  return json;
}

Json spread_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {{"mean", rounded(mean)},
          {"sd", values.size() < 2 ? 0.0 : rounded(std::sqrt(squares / (count - 1)))},
          {"low", *low},
          {"high", *high}};
}

}  // namespace auscult::train
