// Classifier::classify(): from a clip to its answer. What a Classifier is made of is loaded in
// classifier.cpp.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "beats/cycle_levels.hpp"
#include "beats/extra_sounds.hpp"
#include "beats/rhythm.hpp"
#include "classify/classifier.hpp"
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
Status add_beats(const beats::HeartSoundDetector& detector, const Heard& heard,
                 const signal::BandEnergies& energies, const beats::Heartbeats& found,
                 model::Workspace& workspace, Classification& answer) {
  const std::vector<beats::CycleLevels> levels = beats::measure_levels(energies, found.cycles);
  answer.rhythm = beats::measure_rhythm(found);
  answer.murmur = beats::measure_murmur(levels);
  answer.extra_sounds = find_extra_sounds(beats::find_peaks_between(energies, found.cycles));
  answer.heart_rate_bpm = found.heart_rate_bpm;
  answer.beats = found.sounds;
  if (answer.beats.empty()) add_reason(answer.quality, explain_no_heart(energies));
  if (auto drowned = find_drowned(levels)) add_reason(answer.quality, *std::move(drowned));

  const auto suspect = suspect_rate(detector, heard.beginning, found, workspace);
  if (!suspect) return suspect.error();
  if (*suspect) add_reason(answer.quality, to_reason(**suspect));
  return Ok{};
}

}  // namespace

Result<Classification> Classifier::classify(const Heard& heard, Workspace& workspace,
                                            Evidence evidence) const {
  if (heard.level.frames() == 0) {
    return fail(ErrorCode::invalid_argument, "the clip has no samples");
  }
  const model::ModelInfo& info = model_.info();

  Classification answer;
  answer.labels = info.labels;
  answer.model = {.name = info.name, .sha256 = info.sha256};
  answer.quality = assess_quality(heard);
  if (!is_judgeable(heard) && answer_artifact(answer)) {
    answer.unreliable_reasons = find_unreliable_reasons(answer);
    return answer;
  }

  std::optional<beats::Heartbeats> heartbeats;
  std::optional<signal::BandEnergies> energies;
  if (beats_) {
    auto found = beats_->detect(heard.at(beats_->model().sample_rate_hz), *workspace.beats);
    if (!found) return found.error();
    heartbeats = *std::move(found);
    energies.emplace(heard.at(signal::kBandsRateHz));
  }
  const Calibration calibration = forest_
                                      ? calibration_.given(forest_->log_score(
                                            heard.at(signal::kBandsRateHz), *energies, *heartbeats))
                                      : calibration_;

  const std::span<const float> samples(heard.at(info.sample_rate_hz).samples);
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
    const Status added =
        add_beats(*beats_, heard, *energies, *heartbeats, *workspace.beats, answer);
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
