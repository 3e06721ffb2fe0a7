#include "classify/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "classify/digests.hpp"
#include "signal/band_energies.hpp"

namespace auscult::classify {
namespace {

// The prior of a model's labels in a population of which some shares are known.
Result<std::vector<double>> prior_of(const std::map<std::string, double>& prevalence,
                                     const std::vector<std::string>& labels,
                                     std::span<const double> trained) {
  double known = 0;
  double trained_rest = 1;
  for (const auto& [label, share] : prevalence) {
    const auto found = std::ranges::find(labels, label);
    if (found == labels.end()) {
      return fail(ErrorCode::invalid_argument,
                  "prevalence: the model has no label '" + label + "'");
    }
    if (!(share > 0) || share >= 1) {
      return fail(ErrorCode::invalid_argument, "prevalence: the share of " + label + ", " +
                                                   std::to_string(share) +
                                                   ", is not between 0 and 1");
    }
    known += share;
    trained_rest -= trained[static_cast<std::size_t>(found - labels.begin())];
  }
  const bool is_complete = prevalence.size() == labels.size();
  if (is_complete ? std::abs(known - 1) > 1e-6 : known >= 1) {
    return fail(ErrorCode::invalid_argument,
                "prevalence: the shares sum up to " + std::to_string(known) +
                    (is_complete ? ", not to 1" : ", which leaves nothing to the other labels"));
  }
  std::vector<double> prior;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto named = prevalence.find(labels[i]);
    prior.push_back(named != prevalence.end() ? named->second
                                              : trained[i] / trained_rest * (1 - known));
  }
  return prior;
}

std::string metadata_value(const model::ModelInfo& info, const std::string& key) {
  const auto found = info.metadata.find(key);
  return found == info.metadata.end() ? std::string() : found->second;
}

}  // namespace

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::natural:
      return "natural";
    case Decision::sqrt:
      return "sqrt";
    case Decision::balanced:
      return "balanced";
  }
  return "natural";
}

std::optional<Decision> parse_decision(std::string_view name) {
  for (const Decision decision : {Decision::natural, Decision::sqrt, Decision::balanced}) {
    if (name == to_string(decision)) return decision;
  }
  return std::nullopt;
}

Result<Classifier> Classifier::load(const std::filesystem::path& model_folder,
                                    const ClassifierOptions& options) {
  auto model = model::Model::load(model_folder / "model.onnx", options.precision);
  if (!model) return model.error();
  // After it, so that a file that makes no sense at all is told as that.
  if (const Status whole = check_digests(model_folder); !whole) return whole.error();

  auto calibration = Calibration::parse(metadata_value(model->info(), "auscult.calibration"),
                                        model->info().labels.size());
  if (!calibration) return calibration.error();
  if (!options.prevalence.empty()) {
    const auto prior = prior_of(options.prevalence, model->info().labels, calibration->prior());
    if (!prior) return prior.error();
    calibration = calibration->at_prior(*prior);
  }

  std::optional<beats::HeartSoundDetector> beats;
  const auto beats_file = model_folder / "beats.onnx";
  std::error_code ignored;
  if (std::filesystem::exists(beats_file, ignored)) {
    // The forest's thresholds are sharp: what it reads of the beats is computed in f32 everywhere.
    const bool has_forest = !metadata_value(model->info(), "auscult.forest_sha256").empty();
    auto detector = beats::HeartSoundDetector::load(
        beats_file, has_forest ? model::Precision::f32 : options.precision);
    if (!detector) return detector.error();
    beats = *std::move(detector);
  }

  std::optional<FeatureForest> forest;
  if (const auto sha256 = metadata_value(model->info(), "auscult.forest_sha256"); !sha256.empty()) {
    if (!beats || beats->model().sha256 != metadata_value(model->info(), "auscult.beats_sha256")) {
      return fail(ErrorCode::unsupported_model,
                  beats_file.string() + " is not the file that model.onnx was calibrated with");
    }
    auto loaded = FeatureForest::load(model_folder / "forest.onnx", sha256);
    if (!loaded) return loaded.error();
    forest = *std::move(loaded);
  }

  // One run finds out how many scores the graph gives, before any recording depends on it.
  auto workspace = model->make_workspace();
  const std::vector<float> silence(model->info().lengths.front(), 0.0F);
  const auto scores = model->run(silence, workspace);
  if (!scores) return scores.error();
  const std::size_t given = scores->clip.size() + (forest ? forest->class_count() : 0);
  if (given != calibration->score_count()) {
    return fail(ErrorCode::unsupported_model,
                "the graph" + std::string(forest ? " and the forest give " : " gives ") +
                    std::to_string(given) + " scores, its auscult.calibration takes " +
                    std::to_string(calibration->score_count()));
  }

  return Classifier(*std::move(model), std::move(beats), std::move(forest), *std::move(calibration),
                    options.decision);
}

Classifier::Classifier(model::Model model, std::optional<beats::HeartSoundDetector> beats,
                       std::optional<FeatureForest> forest, Calibration calibration,
                       Decision decision)
    : model_(std::move(model)),
      beats_(std::move(beats)),
      forest_(std::move(forest)),
      calibration_(std::move(calibration)),
      decision_(decision) {
  std::set<int> rates_hz = {model_.info().sample_rate_hz};
  if (beats_) rates_hz.insert({signal::kBandsRateHz, beats_->model().sample_rate_hz});
  rates_hz_.assign(rates_hz.begin(), rates_hz.end());
}

std::size_t Classifier::analysis_bytes(double duration_s) const {
  double samples_per_s = beats_ ? signal::kBandsRateHz : 0;
  for (const int rate_hz : rates_hz_) samples_per_s += rate_hz;
  return static_cast<std::size_t>(2 * sizeof(float) * samples_per_s * duration_s);
}

Workspace Classifier::make_workspace() const {
  Workspace workspace{.network = model_.make_workspace(), .beats = {}, .made_for = token_};
  if (beats_) workspace.beats = beats_->make_workspace();
  return workspace;
}

void Classifier::fit(Workspace& workspace) const {
  if (workspace.made_for != token_) workspace = make_workspace();
}

}  // namespace auscult::classify
