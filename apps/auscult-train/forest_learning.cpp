#include "forest_learning.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cleaning.hpp"
#include "experiment.hpp"
#include "features/evidence_features.hpp"
#include "forest_export.hpp"
#include "front_end.hpp"
#include "model/forest.hpp"

namespace auscult::train {
namespace {

constexpr int kNormalInForest = 1;
constexpr std::uint64_t kPieceSeed = 1;

bool is_healthy_elsewhere(const Example& example) {
  return example.label == kUnlabelled && example.is_healthy();
}

// Into kForestClasses.
std::optional<int> forest_class(const Example& example) {
  if (is_healthy_elsewhere(example)) return kNormalInForest;
  if (example.label == kUnlabelled) return std::nullopt;
  const auto* const found =
      std::ranges::find(kForestClasses, kLabels[static_cast<std::size_t>(example.label)]);
  if (found == kForestClasses.end()) return std::nullopt;
  return static_cast<int>(found - kForestClasses.begin());
}

}  // namespace

Status measure_features(const beats::HeartSoundDetector& detector, Dataset& dataset,
                        const LoadListener& listener) {
  model::Workspace workspace = detector.make_workspace();
  const auto measure = [&](const Example& example, std::vector<float> samples,
                           std::vector<float>& to) -> Status {
    const audio::AudioClip clip{.samples = std::move(samples), .sample_rate_hz = kSampleRateHz};
    const Result<beats::Heartbeats> heartbeats = detector.detect(clip, workspace);
    if (!heartbeats) {
      return fail(heartbeats.error().code, example.file + ": " + heartbeats.error().message);
    }
    to = features::evidence_features(clip, *heartbeats);
    return Ok{};
  };
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
    Example& example = dataset.examples[i];
    Status measured = measure(example, example.samples, example.features);
    if (measured && is_healthy_elsewhere(example)) {
      Random random = random_for(kPieceSeed, i, 22);
      measured = measure(example, cleaned_piece(example.samples, random), example.cleaned_features);
    }
    if (!measured) return measured;
    listener(i + 1, dataset.examples.size());
  }
  return Ok{};
}

TreeRows forest_rows(const Dataset& dataset, const HeldOut& held_out) {
  TreeRows rows;
  // Only ratios of the weights matter.
  std::array<double, kForestClasses.size()> of_class{};
  double elsewhere = 0;
  std::vector<bool> is_elsewhere;
  for (const Example& example : dataset.examples) {
    const std::optional<int> known = forest_class(example);
    if (!known || example.fold == held_out.fold || (held_out.unseen && example.unseen)) continue;
    for (const std::vector<float>* features : {&example.features, &example.cleaned_features}) {
      if (features->empty()) continue;
      rows.features.push_back(*features);
      rows.classes.push_back(*known);
      is_elsewhere.push_back(example.label == kUnlabelled);
      (is_elsewhere.back() ? elsewhere : of_class[static_cast<std::size_t>(*known)]) += 1;
    }
  }
  for (std::size_t i = 0; i < rows.classes.size(); ++i) {
    rows.weights.push_back(
        1 / (is_elsewhere[i] ? elsewhere : of_class[static_cast<std::size_t>(rows.classes[i])]));
  }
  return rows;
}

std::vector<Tree> grow_forest(const Dataset& dataset, const HeldOut& held_out) {
  return grow_trees(forest_rows(dataset, held_out), {.classes = kForestClasses.size()});
}

std::vector<std::vector<double>> forest_scores_out_of_fold(const Dataset& dataset, int jobs) {
  std::vector<std::vector<double>> scores(dataset.examples.size());
  in_parallel(2UL * kFolds, jobs, [&](std::size_t turn) {
    const HeldOut held_out{.fold = static_cast<int>(turn / 2), .unseen = turn % 2 == 1};
    const std::vector<Tree> trees = grow_forest(dataset, held_out);
    for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
      const Example& example = dataset.examples[i];
      if (example.fold != held_out.fold || example.unseen != held_out.unseen) continue;
      scores[i] = mean_shares(trees, example.features);
      for (double& value : scores[i]) value = std::log(std::max(value, model::kMinForestScore));
    }
  });
  return scores;
}

std::string forest_file(const std::vector<Tree>& trees) {
  const auto json = [](const auto& names) {
    return nlohmann::json(std::vector<std::string>(names.begin(), names.end())).dump();
  };
  return encode_forest(trees, features::kEvidenceFeatures.size(),
                       {{"auscult.features", json(features::kEvidenceFeatures)},
                        {"auscult.classes", json(kForestClasses)}});
}

}  // namespace auscult::train
