#include "evaluation/report.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "evaluation/bootstrap.hpp"

namespace auscult::evaluation {
namespace {

using Indices = std::span<const std::size_t>;
using Measure = std::function<std::optional<double>(Indices)>;

constexpr double kLeastProbability = 1e-12;
constexpr double kCoverages[] = {0.5, 0.8, 0.9, 1.0};

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json figure(const std::vector<std::string>& groups, const Measure& measure) {
  std::vector<std::size_t> all(groups.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const std::optional<double> value = measure(all);
  if (!value) return nullptr;
  Json json = {{"value", rounded(*value)}};
  if (const std::optional<Interval> interval = bootstrap_interval(groups, measure)) {
    json["low"] = rounded(interval->low);
    json["high"] = rounded(interval->high);
  }
  return json;
}

std::vector<std::string> groups_of(std::span<const Case> cases) {
  std::vector<std::string> groups;
  for (const Case& item : cases) groups.push_back(item.group);
  return groups;
}

std::vector<Prediction> predictions_at(std::span<const Case> cases, Indices chosen) {
  std::vector<Prediction> predictions;
  for (const std::size_t i : chosen) predictions.push_back(cases[i].prediction);
  return predictions;
}

Json decision_report(std::span<const Case> cases, std::span<const std::string> labels,
                     std::span<const double> prior, double weight) {
  std::vector<int> decided;
  for (const Case& item : cases) {
    decided.push_back(decide(item.prediction.probabilities, prior, weight));
  }
  const auto confusion_at = [&](Indices chosen) {
    Confusion confusion(labels.size());
    for (const std::size_t i : chosen) confusion.add(cases[i].prediction.truth, decided[i]);
    return confusion;
  };
  const std::vector<std::string> groups = groups_of(cases);
  Json json;
  json["accuracy"] = figure(groups, [&](Indices at) { return confusion_at(at).accuracy(); });
  json["uar"] = figure(groups, [&](Indices at) { return confusion_at(at).mean_recall(); });
  json["macro_f1"] = figure(groups, [&](Indices at) { return confusion_at(at).mean_f1(); });
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const int label = static_cast<int>(k);
    Json recall = figure(groups, [&](Indices at) { return confusion_at(at).recall(label); });
    if (recall.is_null()) continue;
    json["recall"][labels[k]] = std::move(recall);
    json["precision"][labels[k]] =
        figure(groups, [&](Indices at) { return confusion_at(at).precision(label); });
  }
  std::vector<std::size_t> all(cases.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const Confusion confusion = confusion_at(all);
  for (int truth = 0; truth < static_cast<int>(labels.size()); ++truth) {
    Json row = Json::array();
    for (int k = 0; k < static_cast<int>(labels.size()); ++k)
      row.push_back(confusion.count(truth, k));
    json["confusion"].push_back(std::move(row));
  }
  return json;
}

// AUROC of a value of each item, by which items count as positive (1), negative (0) or neither.
Json auroc_figure(const std::vector<std::string>& groups, const std::vector<double>& scores,
                  const std::vector<int>& kinds) {
  const auto of_kind = [&](Indices chosen, int kind) {
    std::vector<double> found;
    for (const std::size_t i : chosen) {
      if (kinds[i] == kind) found.push_back(scores[i]);
    }
    return found;
  };
  Json json = figure(groups, [&](Indices at) { return auroc(of_kind(at, 1), of_kind(at, 0)); });
  if (!json.is_null()) {
    json["positives"] = std::count(kinds.begin(), kinds.end(), 1);
    json["negatives"] = std::count(kinds.begin(), kinds.end(), 0);
  }
  return json;
}

struct Patient {
  std::string group;
  std::string murmur;
  int fold = 0;
  double sum = 0;
  double max = 0;
  int locations = 0;

  [[nodiscard]] double mean() const { return sum / locations; }
  [[nodiscard]] int kind() const { return murmur == "Present" ? 1 : murmur == "Absent" ? 0 : -1; }
};

std::vector<Patient> patients_of(std::span<const MurmurCase> cases) {
  std::map<std::string, Patient> by_name;
  for (const MurmurCase& item : cases) {
    Patient& patient = by_name[item.patient];
    patient.group = item.group;
    patient.murmur = item.patient_murmur;
    patient.fold = item.fold;
    patient.max = patient.locations == 0 ? item.score : std::max(patient.max, item.score);
    patient.sum += item.score;
    ++patient.locations;
  }
  std::vector<Patient> patients;
  for (auto& [name, patient] : by_name) patients.push_back(std::move(patient));
  return patients;
}

double challenge_weight(const Patient& patient) {
  return patient.murmur == "Present" ? 5 : patient.murmur == "Unknown" ? 3 : 1;
}

// `called[i]`: whether patient i is called Present.
double weighted_accuracy(std::span<const Patient> patients, const std::vector<bool>& called,
                         Indices chosen) {
  double right = 0;
  double all = 0;
  for (const std::size_t i : chosen) {
    const double weight = challenge_weight(patients[i]);
    all += weight;
    if (patients[i].kind() == (called[i] ? 1 : 0)) right += weight;
  }
  return all == 0 ? 0 : right / all;
}

// The threshold on the mean score that is best on the patients of the other folds.
double best_threshold(std::span<const Patient> patients, int fold) {
  std::vector<std::size_t> others;
  std::vector<double> candidates;
  for (std::size_t i = 0; i < patients.size(); ++i) {
    if (patients[i].fold == fold) continue;
    others.push_back(i);
    candidates.push_back(patients[i].mean());
  }
  double best = 0;
  double best_value = -1;
  for (const double candidate : candidates) {
    std::vector<bool> called;
    for (const Patient& patient : patients) called.push_back(patient.mean() >= candidate);
    const double value = weighted_accuracy(patients, called, others);
    if (value > best_value) {
      best_value = value;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

Json class_report(std::span<const Case> cases, std::span<const std::string> labels,
                  std::span<const double> prior) {
  const std::vector<std::string> groups = groups_of(cases);
  std::vector<Prediction> predictions;
  for (const Case& item : cases) predictions.push_back(item.prediction);
  const auto at = [&](double (*measure)(std::span<const Prediction>)) {
    return figure(groups, [&cases, measure](Indices chosen) {
      return measure(predictions_at(cases, chosen));
    });
  };
  Json json;
  json["recordings"] = cases.size();
  json["groups"] = std::set<std::string>(groups.begin(), groups.end()).size();
  json["log_loss"] = at(log_loss);
  json["brier"] = at(brier_score);
  json["ece"] = at(expected_calibration_error);
  for (const ReliabilityBin& bin : reliability(predictions)) {
    json["reliability"].push_back({{"low", rounded(bin.low)},
                                   {"high", rounded(bin.high)},
                                   {"count", bin.count},
                                   {"confidence", rounded(bin.confidence)},
                                   {"accuracy", rounded(bin.accuracy)}});
  }
  for (std::size_t k = 0; k < labels.size(); ++k) {
    std::vector<double> scores;
    std::vector<int> kinds;
    for (const Prediction& prediction : predictions) {
      scores.push_back(prediction.probabilities[k]);
      kinds.push_back(prediction.truth == static_cast<int>(k) ? 1 : 0);
    }
    Json value = auroc_figure(groups, scores, kinds);
    if (!value.is_null()) json["auroc"][labels[k]] = std::move(value);
  }
  json["decisions"]["natural"] = decision_report(cases, labels, prior, 0);
  json["decisions"]["sqrt"] = decision_report(cases, labels, prior, 0.5);
  json["decisions"]["balanced"] = decision_report(cases, labels, prior, 1);
  for (const double share : kCoverages) {
    json["coverage"].push_back(
        {{"share", share}, {"accuracy", rounded(accuracy_at_coverage(predictions, share))}});
  }
  return json;
}

Json pair_report(std::span<const Case> cases, int positive, int negative) {
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
  return auroc_figure(groups_of(cases), scores, kinds);
}

Json murmur_report(std::span<const MurmurCase> cases) {
  std::vector<std::string> groups;
  std::vector<double> scores;
  std::vector<int> kinds;
  for (const MurmurCase& item : cases) {
    groups.push_back(item.group);
    scores.push_back(item.score);
    kinds.push_back(item.murmur);
  }
  Json json;
  json["recording"] = auroc_figure(groups, scores, kinds);

  const std::vector<Patient> patients = patients_of(cases);
  std::vector<std::string> patient_groups;
  std::vector<double> largest;
  std::vector<double> means;
  std::vector<int> patient_kinds;
  std::map<int, double> thresholds;
  std::vector<bool> called;
  for (const Patient& patient : patients) {
    patient_groups.push_back(patient.group);
    largest.push_back(patient.max);
    means.push_back(patient.mean());
    patient_kinds.push_back(patient.kind());
    if (!thresholds.contains(patient.fold)) {
      thresholds[patient.fold] = best_threshold(patients, patient.fold);
    }
    called.push_back(patient.mean() >= thresholds[patient.fold]);
  }
  json["patient_max"] = auroc_figure(patient_groups, largest, patient_kinds);
  json["patient_mean"] = auroc_figure(patient_groups, means, patient_kinds);
  json["weighted_accuracy"] =
      figure(patient_groups, [&](Indices at) { return weighted_accuracy(patients, called, at); });
  const auto share_right = [&](int kind) {
    return figure(patient_groups, [&, kind](Indices at) -> std::optional<double> {
      int all = 0;
      int right = 0;
      for (const std::size_t i : at) {
        if (patient_kinds[i] != kind) continue;
        ++all;
        if (called[i] == (kind == 1)) ++right;
      }
      if (all == 0) return std::nullopt;
      return static_cast<double>(right) / all;
    });
  };
  json["sensitivity"] = share_right(1);
  json["specificity"] = share_right(0);
  return json;
}

}  // namespace auscult::evaluation
