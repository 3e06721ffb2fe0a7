#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "headlines.hpp"
#include "judged_figures.hpp"

namespace auscult::train {
namespace {

using evaluation::Case;
using evaluation::Detail;
using evaluation::Fusion;
using evaluation::Json;

constexpr std::size_t kMurmurScore = kScores - 1;

std::vector<double> mean_over(const SeedScores& scores) {
  std::vector<double> mean(scores.front().size());
  for (const std::vector<double>& of_seed : scores) {
    for (std::size_t k = 0; k < mean.size(); ++k) {
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

std::vector<std::vector<double>> scores_of_seed(const ScoredDataset& scored, std::size_t seed) {
  std::vector<std::vector<double>> scores;
  for (const SeedScores& of_example : scored.scores) scores.push_back(of_example[seed]);
  return scores;
}

// Of CirCor's murmur score. Fitted on PASCAL it would be next to nothing, as its own murmurs are
// heard without; but on every other device it hears more (docs/model/training.md).
constexpr double kMurmurWeight = 0.25;

// The network has no say in what it has not learnt, Extrahls or Extrastole against Normal; the
// forest none in what would be the device, Murmur against Normal.
evaluation::FusionShape shape_of(std::size_t scores) {
  if (scores == kScores) return {};
  evaluation::FusionShape shape;
  shape.further_weight = kMurmurWeight;
  shape.against_classes = {kNormal, kExtrahls, kExtrastole};
  shape.score_of = {kArtifact, kMurmur, kNormal, kNormal, kNormal};
  shape.opinion_of = {0, 1, 1, 2, 3};  // Into kForestClasses.
  return shape;
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
  return evaluation::fit_fusion(chosen, truths, shape_of(scores.front().size()));
}

// What is said of each example by the fusion that did not see its fold.
std::vector<Judged> judge(const std::vector<Example>& examples,
                          const std::vector<std::vector<double>>& scores) {
  std::map<int, Fusion> fusions;
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const int fold = examples[i].fold;
    if (!fusions.contains(fold)) fusions[fold] = fit(examples, scores, fold);
    judged.push_back({.example = &examples[i],
                      .murmur_score = scores[i][kMurmurScore],
                      .probabilities = fusions[fold].probabilities(scores[i])});
  }
  return judged;
}

std::vector<Case> cases_of(const std::vector<Judged>& judged) {
  std::vector<Case> cases;
  for (const Judged& item : judged) {
    if (item.example->label == kUnlabelled) continue;
    cases.push_back(
        {item.example->group, item.example->source, {item.probabilities, item.example->label}});
  }
  return cases;
}

std::vector<evaluation::MurmurCase> murmur_cases_of(const std::vector<Judged>& judged) {
  std::vector<evaluation::MurmurCase> cases;
  for (const Judged& item : judged) {
    const Example& example = *item.example;
    if (example.patient.empty()) continue;
    cases.push_back({example.group, example.patient, example.patient_murmur, example.fold,
                     example.murmur, item.murmur_score});
  }
  return cases;
}

std::vector<Case> of_source(const std::vector<Case>& cases, const std::string& source) {
  std::vector<Case> chosen;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(chosen),
               [&](const Case& item) { return item.source == source; });
  return chosen;
}

Json pascal_figures(const std::vector<Case>& cases, const std::vector<double>& prior,
                    Detail detail) {
  const std::vector<std::string> labels(kLabels.begin(), kLabels.end());
  const std::vector<Case> a = of_source(cases, "A");
  const std::vector<Case> b = of_source(cases, "B");
  Json json;
  json["all"] = evaluation::class_report(cases, labels, prior, detail);
  json["A"] = evaluation::class_report(a, labels, prior, detail);
  json["B"] = evaluation::class_report(b, labels, prior, detail);
  Json& pairs = json["pairs"];
  pairs["murmur_normal_A"] = evaluation::pair_report(a, kMurmur, kNormal, detail);
  pairs["murmur_normal_B"] = evaluation::pair_report(b, kMurmur, kNormal, detail);
  pairs["extrahls_normal_A"] = evaluation::pair_report(a, kExtrahls, kNormal, detail);
  pairs["extrastole_normal_B"] = evaluation::pair_report(b, kExtrastole, kNormal, detail);
  return json;
}

// Murmur against Normal by the difference of their scores: nothing is fitted on the other device.
Json transfer_figure(const std::vector<Example>& examples,
                     const std::vector<std::vector<double>>& scores, Detail detail) {
  std::vector<std::string> groups;
  std::vector<double> differences;
  std::vector<int> kinds;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    groups.push_back(examples[i].group);
    differences.push_back(scores[i][kMurmur] - scores[i][kNormal]);
    kinds.push_back(examples[i].label == kMurmur ? 1 : examples[i].label == kNormal ? 0 : -1);
  }
  return evaluation::auroc_estimate(groups, differences, kinds, detail);
}

Json report_of(const std::vector<Example>& examples, const std::vector<std::vector<double>>& scores,
               const std::vector<double>& prior, Detail detail) {
  const std::vector<Judged> judged = judge(examples, scores);
  Json json;
  json["pascal"] = pascal_figures(cases_of(judged), prior, detail);
  json["circor"] = evaluation::murmur_report(murmur_cases_of(judged), detail);
  json["unseen"] = unseen_figures(judged, prior, detail);
  json["physionet"] = physionet_figures(judged, detail);
  json["synthetic"] = synthetic_figures(judged, prior);
  return json;
}

// The headlines of each seed alone, and how much of them is luck.
void add_seeds(const ScoredDataset& scored, const TransferScores& across,
               const std::vector<double>& prior, Json& json) {
  std::map<std::string_view, std::vector<double>> values;
  for (std::size_t seed = 0; seed < scored.seeds.size(); ++seed) {
    Json report = report_of(scored.examples, scores_of_seed(scored, seed), prior, Detail::values);
    for (const auto& [name, transferred] : across) {
      if (seed >= transferred.seeds.size()) continue;
      report["across"][name] =
          transfer_figure(transferred.examples, scores_of_seed(transferred, seed), Detail::values);
    }
    Json of_seed = {{"seed", scored.seeds[seed]}};
    for (const Headline& headline : headlines()) {
      const Json::json_pointer value(std::string(headline.pointer) + "/value");
      if (!report.contains(value)) continue;
      of_seed["figures"][std::string(headline.name)] = report.at(value);
      values[headline.name].push_back(report.at(value).get<double>());
    }
    json["each_seed"].push_back(std::move(of_seed));
  }
  for (const Headline& headline : headlines()) {
    if (!values.contains(headline.name)) continue;
    json["over_seeds"][std::string(headline.name)] = spread_of(values.at(headline.name));
  }
}

}  // namespace

Fusion fit_on_all(const ScoredDataset& scored) {
  return fit(scored.examples, ensemble_scores(scored), -1);
}

Json figures(const ScoredDataset& scored, const TransferScores& across,
             const std::string& command) {
  const Fusion fusion = fit_on_all(scored);
  std::set<int> folds;
  for (const Example& example : scored.examples) folds.insert(example.fold);

  Json json;
  json["command"] = command;
  json["seeds"] = scored.seeds;
  json["folds"] = folds;
  json["labels"] = std::vector<std::string>(kLabels.begin(), kLabels.end());
  json["prior"] = fusion.prior;
  json["calibration"] = Json::parse(fusion.to_json());
  json.update(report_of(scored.examples, ensemble_scores(scored), fusion.prior, Detail::full));
  for (const auto& [name, transferred] : across) {
    json["across"][name] =
        transfer_figure(transferred.examples, ensemble_scores(transferred), Detail::full);
  }
  add_seeds(scored, across, fusion.prior, json);
  return json;
}

}  // namespace auscult::train
