#include "classify/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "audio/resample.hpp"
#include "beats/cycle_levels.hpp"
#include "beats/extra_sounds.hpp"
#include "beats/rhythm.hpp"
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

  const auto& metadata = model->info().metadata;
  const auto text = metadata.find("auscult.calibration");
  auto calibration = Calibration::parse(text == metadata.end() ? std::string_view{} : text->second,
                                        model->info().labels.size());
  if (!calibration) return calibration.error();

  // One run finds out how many scores the graph gives, before any recording depends on it.
  auto workspace = model->make_workspace();
  const std::vector<float> silence(model->info().lengths.front(), 0.0F);
  const auto scores = model->run(silence, workspace);
  if (!scores) return scores.error();
  if (scores->clip.size() != calibration->score_count()) {
    return fail(ErrorCode::unsupported_model, "the graph gives " +
                                                  std::to_string(scores->clip.size()) +
                                                  " scores, its auscult.calibration takes " +
                                                  std::to_string(calibration->score_count()));
  }

  std::optional<beats::HeartSoundDetector> beats;
  const auto beats_file = model_folder / "beats.onnx";
  std::error_code ignored;
  if (std::filesystem::exists(beats_file, ignored)) {
    auto detector = beats::HeartSoundDetector::load(beats_file, options.precision);
    if (!detector) return detector.error();
    beats = *std::move(detector);
  }
  return Classifier(*std::move(model), std::move(beats), *std::move(calibration), options.decision);
}

Workspace Classifier::make_workspace() const {
  Workspace workspace{.network = model_.make_workspace(), .beats = {}};
  if (beats_) workspace.beats = beats_->make_workspace();
  return workspace;
}

Status Classifier::add_beats(const audio::AudioClip& clip, Workspace& workspace,
                             Classification& answer) const {
  if (!beats_) return Ok{};
  auto found = beats_->detect(clip, *workspace.beats);
  if (!found) return found.error();
  const signal::BandEnergies energies(clip);
  const std::vector<beats::CycleLevels> levels = beats::measure_levels(energies, found->cycles);
  answer.rhythm = beats::measure_rhythm(*found);
  answer.murmur = beats::measure_murmur(levels);
  answer.extra_sounds = find_extra_sounds(beats::find_peaks_between(energies, found->cycles));
  answer.heart_rate_bpm = found->heart_rate_bpm;
  answer.beats = found->sounds;
  if (answer.beats.empty()) add_reason(answer.quality, explain_no_heart(energies));
  if (auto drowned = find_drowned(levels)) add_reason(answer.quality, *std::move(drowned));

  const auto likelier = find_likelier_rate(*beats_, clip, *found, *workspace.beats);
  if (!likelier) return likelier.error();
  if (*likelier) {
    add_reason(answer.quality, "rate suspect: this would be a heart at " +
                                   std::to_string(**likelier) + " Hz instead of " +
                                   std::to_string(clip.sample_rate_hz) + " Hz");
  }
  return Ok{};
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

  const audio::AudioClip resampled = audio::resample(clip, info.sample_rate_hz);
  const std::span<const float> samples(resampled.samples);
  const std::vector<Part> parts = parts_of(samples.size(), info.lengths.back());

  std::vector<double> mean_scores(calibration_.score_count(), 0.0);
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
                   info, calibration_, answer.windows);
  }

  answer.probabilities = calibration_.probabilities(mean_scores);
  answer.class_index = calibration_.choose(answer.probabilities, prior_weight(decision_));
  answer.confidence = 100 * answer.probabilities[static_cast<std::size_t>(answer.class_index)];
  if (const Status added = add_beats(clip, workspace, answer); !added) return added.error();
  if (evidence == Evidence::include) {
    const Status added = add_evidence(model_, calibration_, samples, workspace.network, answer);
    if (!added) return added.error();
  }
  answer.unreliable_reasons = find_unreliable_reasons(answer);
  return answer;
}

}  // namespace auscult::classify
