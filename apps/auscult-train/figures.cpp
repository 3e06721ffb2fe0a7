#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace auscult::train {
namespace {

using evaluation::Case;
using evaluation::Fusion;
using evaluation::Json;

constexpr int kMurmur = 1;
constexpr int kNormal = 2;
constexpr int kExtrahls = 3;
constexpr int kExtrastole = 4;
constexpr std::size_t kMurmurScore = kScores - 1;

constexpr double kSqrt = 0.5;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

std::vector<double> mean_over(const SeedScores& scores) {
  std::vector<double> mean(kScores);
  for (const std::vector<double>& of_seed : scores) {
    for (std::size_t k = 0; k < kScores; ++k) {
      mean[k] += of_seed[k] / static_cast<double>(scores.size());
    }
  }
  return mean;
}

// The mean over the ensemble, one entry for each example.
std::vector<std::vector<double>> ensemble_scores(const ScoredDataset& scored) {
  std::vector<std::vector<double>> means;
  for (const SeedScores& scores : scored.scores) means.push_back(mean_over(scores));
  return means;
}

// Fitted on the labelled examples of every fold but one; -1 leaves out none.
Fusion fit(const std::vector<Example>& examples, const std::vector<std::vector<double>>& scores,
           int held_out) {
  std::vector<std::vector<double>> chosen;
  std::vector<int> truths;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    if (examples[i].label == kUnlabelled || examples[i].fold == held_out) continue;
    chosen.push_back(scores[i]);
    truths.push_back(examples[i].label);
  }
  return evaluation::fit_fusion(chosen, truths, {});
}

std::vector<Case> cases_of(const std::vector<Example>& examples,
                           const std::vector<std::vector<double>>& scores) {
  std::map<int, Fusion> fusions;
  std::vector<Case> cases;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    if (example.label == kUnlabelled) continue;
    if (!fusions.contains(example.fold)) {
      fusions[example.fold] = fit(examples, scores, example.fold);
    }
    cases.push_back({example.group,
                     example.source,
                     {fusions[example.fold].probabilities(scores[i]), example.label}});
  }
  return cases;
}

std::vector<evaluation::MurmurCase> murmur_cases_of(
    const std::vector<Example>& examples, const std::vector<std::vector<double>>& scores) {
  std::vector<evaluation::MurmurCase> cases;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    if (example.patient.empty()) continue;
    cases.push_back({example.group, example.patient, example.patient_murmur, example.fold,
                     example.murmur, scores[i][kMurmurScore]});
  }
  return cases;
}

std::vector<Case> of_source(const std::vector<Case>& cases, const std::string& source) {
  std::vector<Case> chosen;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(chosen),
               [&](const Case& item) { return item.source == source; });
  return chosen;
}

Json value_of(const Json& report, const std::string& pointer) {
  const nlohmann::json::json_pointer path(pointer);
  return report.contains(path) ? report.at(path) : Json();
}

// The headline figures of one seed alone: how much of a figure is luck.
Json seed_figures(const ScoredDataset& scored, std::size_t seed,
                  const std::vector<std::string>& labels, const std::vector<double>& prior) {
  std::vector<std::vector<double>> scores;
  for (const SeedScores& of_example : scored.scores) scores.push_back(of_example[seed]);
  const Json report = evaluation::class_report(cases_of(scored.examples, scores), labels, prior);
  const Json murmur = evaluation::murmur_report(murmur_cases_of(scored.examples, scores));
  return {{"seed", scored.seeds[seed]},
          {"accuracy_natural", value_of(report, "/decisions/natural/accuracy/value")},
          {"macro_f1_sqrt", value_of(report, "/decisions/sqrt/macro_f1/value")},
          {"uar_balanced", value_of(report, "/decisions/balanced/uar/value")},
          {"log_loss", value_of(report, "/log_loss/value")},
          {"circor_recording_auroc", value_of(murmur, "/recording/value")}};
}

// Sets that were never trained on: is disease called a murmur, is health called Normal?
Json unseen_figures(const std::vector<Example>& examples,
                    const std::vector<std::vector<double>>& scores,
                    const std::vector<Fusion>& fusions, const std::vector<double>& prior) {
  struct Judged {
    std::vector<double> odds[2];
    std::vector<double> murmur[2];
    int called[2] = {0, 0};
  };
  std::map<std::string, Judged> sets;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    if (example.diseased == kUnlabelled) continue;
    const std::vector<double> p =
        fusions[static_cast<std::size_t>(example.fold)].probabilities(scores[i]);
    const int answer = evaluation::decide(p, prior, kSqrt);
    Judged& judged = sets[example.source];
    judged.odds[example.diseased].push_back(std::log(p[kMurmur] / p[kNormal]));
    judged.murmur[example.diseased].push_back(scores[i][kMurmurScore]);
    judged.called[example.diseased] +=
        answer == (example.diseased == 1 ? kMurmur : kNormal) ? 1 : 0;
  }
  Json json;
  for (const auto& [name, judged] : sets) {
    const auto share = [&, &set = judged](int kind) {
      return rounded(set.called[kind] / static_cast<double>(set.odds[kind].size()));
    };
    json[name] = {{"healthy", judged.odds[0].size()}, {"diseased", judged.odds[1].size()}};
    if (judged.odds[0].empty() || judged.odds[1].empty()) continue;
    json[name]["auroc_murmur_normal"] = rounded(*evaluation::auroc(judged.odds[1], judged.odds[0]));
    json[name]["auroc_murmur_score"] =
        rounded(*evaluation::auroc(judged.murmur[1], judged.murmur[0]));
    json[name]["healthy_called_normal_sqrt"] = share(0);
    json[name]["diseased_called_murmur_sqrt"] = share(1);
  }
  return json;
}

// Synthetic sounds that are no heart, by kind: the share of each answer.
Json synthetic_figures(const std::vector<Example>& examples,
                       const std::vector<std::vector<double>>& scores,
                       const std::vector<Fusion>& fusions, const std::vector<double>& prior) {
  std::map<std::string, std::vector<int>> answers;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    if (example.source != "synthetic") continue;
    const std::vector<double> p =
        fusions[static_cast<std::size_t>(example.fold)].probabilities(scores[i]);
    const std::string kind = std::filesystem::path(example.file).parent_path().filename().string();
    for (const std::string& name : {kind, std::string("all")}) {
      answers[name].resize(kLabels.size());
      ++answers[name][static_cast<std::size_t>(evaluation::decide(p, prior, kSqrt))];
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

}  // namespace

Fusion fit_on_all(const ScoredDataset& scored) {
  return fit(scored.examples, ensemble_scores(scored), -1);
}

Json figures(const ScoredDataset& scored, const std::string& command) {
  const std::vector<std::vector<double>> scores = ensemble_scores(scored);
  const Fusion fusion = fit(scored.examples, scores, -1);
  const std::vector<std::string> labels(kLabels.begin(), kLabels.end());
  const std::vector<Case> cases = cases_of(scored.examples, scores);
  const std::vector<Case> a = of_source(cases, "A");
  const std::vector<Case> b = of_source(cases, "B");
  std::set<int> folds;
  for (const Example& example : scored.examples) folds.insert(example.fold);

  Json json;
  json["command"] = command;
  json["seeds"] = scored.seeds;
  json["folds"] = folds;
  json["labels"] = labels;
  json["prior"] = fusion.prior;
  json["calibration"] = Json::parse(fusion.to_json());
  json["pascal"]["all"] = evaluation::class_report(cases, labels, fusion.prior);
  json["pascal"]["A"] = evaluation::class_report(a, labels, fusion.prior);
  json["pascal"]["B"] = evaluation::class_report(b, labels, fusion.prior);
  Json& pairs = json["pascal"]["pairs"];
  pairs["murmur_normal_A"] = evaluation::pair_report(a, kMurmur, kNormal);
  pairs["murmur_normal_B"] = evaluation::pair_report(b, kMurmur, kNormal);
  pairs["extrahls_normal_A"] = evaluation::pair_report(a, kExtrahls, kNormal);
  pairs["extrastole_normal_B"] = evaluation::pair_report(b, kExtrastole, kNormal);
  json["circor"] = evaluation::murmur_report(murmur_cases_of(scored.examples, scores));
  std::vector<Fusion> fusions;
  for (int fold = 0; fold < kFolds; ++fold) fusions.push_back(fit(scored.examples, scores, fold));
  json["unseen"] = unseen_figures(scored.examples, scores, fusions, fusion.prior);
  json["synthetic"] = synthetic_figures(scored.examples, scores, fusions, fusion.prior);
  for (std::size_t seed = 0; seed < scored.seeds.size(); ++seed) {
    json["each_seed"].push_back(seed_figures(scored, seed, labels, fusion.prior));
  }
  return json;
}

}  // namespace auscult::train
