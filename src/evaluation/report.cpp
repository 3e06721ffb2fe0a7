#include "evaluation/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace auscult::evaluation {
namespace {

constexpr double kLeastProbability = 1e-12;
constexpr std::array kCoverages = {0.5, 0.8, 0.9, 1.0};

std::vector<std::string> groups_of(std::span<const Case> cases) {
  std::vector<std::string> groups;
  for (const Case& item : cases) groups.push_back(item.group);
  return groups;
}

std::vector<Prediction> predictions_at(std::span<const Case> cases, Indices chosen) {
  std::vector<Prediction> predictions;
  predictions.reserve(chosen.size());
  for (const std::size_t i : chosen) predictions.push_back(cases[i].prediction);
  return predictions;
}

std::vector<Answer> at(const std::vector<Answer>& answers, Indices chosen) {
  std::vector<Answer> found;
  found.reserve(chosen.size());
  for (const std::size_t i : chosen) found.push_back(answers[i]);
  return found;
}

Json confusion_json(const Confusion& confusion) {
  Json rows = Json::array();
  const int classes = static_cast<int>(confusion.classes());
  for (int truth = 0; truth < classes; ++truth) {
    Json row = Json::array();
    for (int k = 0; k < classes; ++k) row.push_back(confusion.count(truth, k));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json decision_report(std::span<const Case> cases, std::span<const std::string> labels,
                     std::span<const double> prior, double weight, Detail detail) {
  const std::vector<std::string> groups = groups_of(cases);
  std::vector<std::size_t> all(cases.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<Prediction> predictions = predictions_at(cases, all);
  const std::vector<Answer> answers = answers_of(predictions, prior, weight);
  std::vector<int> decided;
  for (const Prediction& prediction : predictions) {
    decided.push_back(decide(prediction.probabilities, prior, weight));
  }
  const auto confusion_at = [&](Indices chosen) {
    Confusion confusion(labels.size());
    for (const std::size_t i : chosen) confusion.add(cases[i].prediction.truth, decided[i]);
    return confusion;
  };
  const auto figure = [&](const Measure& measure) { return estimate(groups, measure, detail); };

  Json json;
  json["accuracy"] = figure([&](Indices chosen) { return confusion_at(chosen).accuracy(); });
  json["uar"] = figure([&](Indices chosen) { return confusion_at(chosen).mean_recall(); });
  json["macro_f1"] = figure([&](Indices chosen) { return confusion_at(chosen).mean_f1(); });
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const int label = static_cast<int>(k);
    Json recall = figure([&](Indices chosen) { return confusion_at(chosen).recall(label); });
    if (recall.is_null()) continue;
    json["recall"][labels[k]] = std::move(recall);
    json["precision"][labels[k]] =
        figure([&](Indices chosen) { return confusion_at(chosen).precision(label); });
  }
  json["confusion"] = confusion_json(confusion_at(all));
  json["ece"] = figure([&](Indices chosen) { return calibration_error(at(answers, chosen)); });
  json["aurc"] =
      figure([&](Indices chosen) { return area_under_risk_coverage(at(answers, chosen)); });
  if (detail == Detail::full) json["risk_coverage"] = curve_json(risk_coverage(answers));
  return json;
}

Json reliability_json(std::span<const Prediction> predictions) {
  Json json = Json::array();
  for (const ReliabilityBin& bin : reliability(predictions)) {
    json.push_back({{"low", rounded(bin.low)},
                    {"high", rounded(bin.high)},
                    {"count", bin.count},
                    {"confidence", rounded(bin.confidence)},
                    {"accuracy", rounded(bin.accuracy)}});
  }
  return json;
}

}  // namespace

Json class_report(std::span<const Case> cases, std::span<const std::string> labels,
                  std::span<const double> prior, Detail detail) {
  const std::vector<std::string> groups = groups_of(cases);
  std::vector<Prediction> predictions;
  for (const Case& item : cases) predictions.push_back(item.prediction);
  const auto figure = [&](double (*measure)(std::span<const Prediction>)) {
    return estimate(
        groups,
        [&cases, measure](Indices chosen) { return measure(predictions_at(cases, chosen)); },
        detail);
  };
  Json json;
  json["recordings"] = cases.size();
  json["groups"] = std::set<std::string>(groups.begin(), groups.end()).size();
  if (cases.empty()) return json;
  json["log_loss"] = figure(log_loss);
  json["brier"] = figure(brier_score);
  json["ece"] = figure(expected_calibration_error);
  if (detail == Detail::full) {
    const ChanceError chance = chance_calibration_error(answers_of(predictions, prior, 0));
    json["ece_by_chance"] = {{"value", rounded(chance.mean)},
                             {"low", rounded(chance.low)},
                             {"high", rounded(chance.high)}};
    json["reliability"] = reliability_json(predictions);
  }
  for (std::size_t k = 0; k < labels.size(); ++k) {
    std::vector<double> scores;
    std::vector<int> kinds;
    for (const Prediction& prediction : predictions) {
      scores.push_back(prediction.probabilities[k]);
      kinds.push_back(prediction.truth == static_cast<int>(k) ? 1 : 0);
    }
    Json value = auroc_estimate(groups, scores, kinds, detail);
    if (!value.is_null()) json["auroc"][labels[k]] = std::move(value);
  }
  constexpr std::array<std::pair<const char*, double>, 3> kDecisions = {
      {{"natural", 0}, {"sqrt", 0.5}, {"balanced", 1}}};
  for (const auto& [name, weight] : kDecisions) {
    json["decisions"][name] = decision_report(cases, labels, prior, weight, detail);
  }
  for (const double share : kCoverages) {
    json["coverage"].push_back(
        {{"share", share}, {"accuracy", rounded(accuracy_at_coverage(predictions, share))}});
  }
  return json;
}

Json pair_report(std::span<const Case> cases, int positive, int negative, Detail detail) {
  std::vector<double> scores;
  std::vector<int> kinds;
  const auto log_of = [](const Prediction& prediction, int label) {
    return std::log(
        std::max(prediction.probabilities[static_cast<std::size_t>(label)], kLeastProbability));
  };
  for (const Case& item : cases) {
    const int truth = item.prediction.truth;
    scores.push_back(log_of(item.prediction, positive) - log_of(item.prediction, negative));
    kinds.push_back(truth == positive ? 1 : truth == negative ? 0 : -1);
  }
  return auroc_estimate(groups_of(cases), scores, kinds, detail);
}

}  // namespace auscult::evaluation
