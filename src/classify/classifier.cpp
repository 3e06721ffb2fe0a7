#include "classify/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "audio/resample.hpp"
#include "beats/cycle_levels.hpp"
#include "beats/extra_sounds.hpp"
#include "beats/rhythm.hpp"
#include "classify/digests.hpp"
#include "classify/occlusion.hpp"
#include "classify/quality.hpp"
#include "classify/rate_check.hpp"
#include "classify/reliability.hpp"
#include "signal/band_energies.hpp"

namespace auscult::classify {
namespace {

double prior_weight(Decision decision) {
  switch (decision) {
    case Decision::natural:
      return 0.0;
    case Decision::sqrt:
      return 0.5;
    case Decision::balanced:
      return 1.0;
  }
  return 0.0;
}

// The graph's answer to one part of the clip; times in seconds from the clip's start.
struct PartAnswer {
  double start_s = 0;
  double end_s = 0;
  model::Scores scores;
};

// What the windows of one part say. A window that shows nothing which the one before it has not
// shown lies in the padding and is left out.
void append_windows(const PartAnswer& part, const model::ModelInfo& info,
                    const Calibration& calibration, std::vector<Window>& windows) {
  const auto append = [&](double start_s, double end_s, std::span<const float> scores) {
    windows.push_back({.start_s = start_s,
                       .end_s = std::min(end_s, part.end_s),
                       .probabilities = calibration.probabilities(
                           std::vector<double>(scores.begin(), scores.end()))});
  };
  if (part.scores.window_count == 0) {
    append(part.start_s, part.end_s, part.scores.clip);
    return;
  }
  const std::size_t width = part.scores.windows.size() / part.scores.window_count;
  double shown_until_s = part.start_s;
  for (std::size_t i = 0; i < part.scores.window_count && shown_until_s < part.end_s; ++i) {
    const double start_s = part.start_s + static_cast<double>(i) * info.hop_s;
    append(start_s, start_s + info.window_s, part.scores.windows.subspan(i * width, width));
    shown_until_s = start_s + info.window_s;
  }
}

// All probability on the label Artifact, if the model has it.
bool answer_artifact(Classification& answer) {
  const auto artifact = std::ranges::find(answer.labels, "Artifact");
  if (artifact == answer.labels.end()) return false;
  answer.class_index = static_cast<int>(artifact - answer.labels.begin());
  answer.probabilities.assign(answer.labels.size(), 0.0);
  answer.probabilities[static_cast<std::size_t>(answer.class_index)] = 1.0;
  answer.confidence = 100.0;
  return true;
}

// Heart sounds, rate and what lies between them, or the reasons why there are none.
Status add_beats(const beats::HeartSoundDetector& detector, const audio::AudioClip& clip,
                 const beats::Heartbeats& found, model::Workspace& workspace,
                 Classification& answer) {
  const signal::BandEnergies energies(clip);
  const std::vector<beats::CycleLevels> levels = beats::measure_levels(energies, found.cycles);
  answer.rhythm = beats::measure_rhythm(found);
  answer.murmur = beats::measure_murmur(levels);
  answer.extra_sounds = find_extra_sounds(beats::find_peaks_between(energies, found.cycles));
  answer.heart_rate_bpm = found.heart_rate_bpm;
  answer.beats = found.sounds;
  if (answer.beats.empty()) add_reason(answer.quality, explain_no_heart(energies));
  if (auto drowned = find_drowned(levels)) add_reason(answer.quality, *std::move(drowned));

  const auto suspect = suspect_rate(detector, clip, found, workspace);
  if (!suspect) return suspect.error();
  if (*suspect) add_reason(answer.quality, to_reason(**suspect));
  return Ok{};
}

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

Workspace Classifier::make_workspace() const {
  Workspace workspace{.network = model_.make_workspace(), .beats = {}, .made_for = token_};
  if (beats_) workspace.beats = beats_->make_workspace();
  return workspace;
}

void Classifier::fit(Workspace& workspace) const {
  if (workspace.made_for != token_) workspace = make_workspace();
}

Result<Classification> Classifier::classify(const audio::AudioClip& clip, Workspace& workspace,
                                            Evidence evidence) const {
  if (clip.samples.empty()) return fail(ErrorCode::invalid_argument, "the clip has no samples");
  const model::ModelInfo& info = model_.info();

  Classification answer;
  answer.labels = info.labels;
  answer.model = {.name = info.name, .sha256 = info.sha256};
  answer.quality = assess_quality(clip);
  if (!is_judgeable(clip) && answer_artifact(answer)) {
    answer.unreliable_reasons = find_unreliable_reasons(answer);
    return answer;
  }

  std::optional<beats::Heartbeats> heartbeats;
  if (beats_) {
    auto found = beats_->detect(clip, *workspace.beats);
    if (!found) return found.error();
    heartbeats = *std::move(found);
  }
  const Calibration calibration =
      forest_ ? calibration_.given(forest_->log_score(clip, *heartbeats)) : calibration_;

  const audio::AudioClip resampled = audio::resample(clip, info.sample_rate_hz);
  const std::span<const float> samples(resampled.samples);
  const std::vector<Part> parts = parts_of(samples.size(), info.lengths.back());

  std::vector<double> mean_scores(calibration.score_count(), 0.0);
  for (const Part& part : parts) {
    const auto scores =
        model_.run(samples.subspan(part.begin, part.end - part.begin), workspace.network);
    if (!scores) return scores.error();

    for (std::size_t k = 0; k < mean_scores.size(); ++k) {
      mean_scores[k] += static_cast<double>(scores->clip[k]) / static_cast<double>(parts.size());
    }
    append_windows({.start_s = static_cast<double>(part.begin) / info.sample_rate_hz,
                    .end_s = static_cast<double>(part.end) / info.sample_rate_hz,
                    .scores = *scores},
                   info, calibration, answer.windows);
  }

  answer.probabilities = calibration.probabilities(mean_scores);
  answer.class_index = calibration.choose(answer.probabilities, prior_weight(decision_));
  answer.confidence = 100 * answer.probabilities[static_cast<std::size_t>(answer.class_index)];
  if (heartbeats) {
    const Status added = add_beats(*beats_, clip, *heartbeats, *workspace.beats, answer);
    if (!added) return added.error();
  }
  if (evidence == Evidence::include) {
    const Status added = add_evidence(model_, calibration, samples, workspace.network, answer);
    if (!added) return added.error();
  }
  answer.unreliable_reasons = find_unreliable_reasons(answer);
  return answer;
}

}  // namespace auscult::classify
