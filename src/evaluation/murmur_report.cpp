#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "evaluation/report.hpp"

namespace auscult::evaluation {
namespace {

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

Json murmur_report(std::span<const MurmurCase> cases, Detail detail) {
  if (cases.empty()) return nullptr;
  std::vector<std::string> groups;
  std::vector<double> scores;
  std::vector<int> kinds;
  for (const MurmurCase& item : cases) {
    groups.push_back(item.group);
    scores.push_back(item.score);
    kinds.push_back(item.murmur);
  }
  Json json;
  json["recording"] = auroc_estimate(groups, scores, kinds, detail);

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
  json["patient_max"] = auroc_estimate(patient_groups, largest, patient_kinds, detail);
  json["patient_mean"] = auroc_estimate(patient_groups, means, patient_kinds, detail);
  json["weighted_accuracy"] = estimate(
      patient_groups, [&](Indices at) { return weighted_accuracy(patients, called, at); }, detail);
  const auto right = [&](std::size_t i) { return called[i] == (patient_kinds[i] == 1); };
  json["sensitivity"] = share_estimate(patient_groups, patient_kinds, 1, right, detail);
  json["specificity"] = share_estimate(patient_groups, patient_kinds, 0, right, detail);
  return json;
}

}  // namespace auscult::evaluation
