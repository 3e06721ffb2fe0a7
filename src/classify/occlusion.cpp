#include "classify/occlusion.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "classify/quality.hpp"

namespace auscult::classify {
namespace {

// Closer to 0 or 1 than this a probability is rounding.
constexpr double kSurest = 1e-12;

double log_odds(const std::vector<double>& probabilities, int class_index) {
  const double p =
      std::clamp(probabilities[static_cast<std::size_t>(class_index)], kSurest, 1 - kSurest);
  return std::log(p / (1 - p));
}

std::vector<double> to_doubles(std::span<const float> values) {
  return {values.begin(), values.end()};
}

// Half the time between two beats of the same kind, around this one.
double half_cycle_s(const Classification& answer) {
  if (answer.rhythm) return 0.5 * answer.rhythm->cycle_s;
  return answer.heart_rate_bpm ? 30 / *answer.heart_rate_bpm : 0.5;
}

/// Asks the network again and again about one clip.
class Occluder {
 public:
  Occluder(const model::Model& model, const Calibration& calibration,
           std::span<const float> samples, model::Workspace& workspace, int class_index)
      : model_(model),
        calibration_(calibration),
        samples_(samples),
        workspace_(workspace),
        class_index_(class_index),
        parts_(parts_of(samples.size(), model.info().lengths.back())) {}

  Status see_everything() {
    for (const Part& part : parts_) {
      const auto scores =
          model_.run(samples_.subspan(part.begin, part.end - part.begin), workspace_);
      if (!scores) return scores.error();
      whole_.push_back(to_doubles(scores->clip));
    }
    whole_log_odds_ = log_odds_of(whole_);
    return Ok{};
  }

  Result<std::optional<double>> evidence(double start_s, double end_s) {
    const Part stretch{.begin = sample_at(start_s), .end = sample_at(end_s)};
    std::vector<std::vector<double>> scores = whole_;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      const std::size_t begin = std::clamp(stretch.begin, part.begin, part.end) - part.begin;
      const std::size_t end = std::clamp(stretch.end, part.begin, part.end) - part.begin;
      if (begin == end) continue;
      const std::size_t length = part.end - part.begin;
      const double left_s =
          static_cast<double>(length - (end - begin)) / model_.info().sample_rate_hz;
      if (left_s < kMinJudgeableS) return std::optional<double>();
      const auto seen = model_.run(samples_.subspan(part.begin, length),
                                   {.begin = begin, .end = end}, workspace_);
      if (!seen) return seen.error();
      scores[i] = to_doubles(seen->clip);
    }
    return std::optional(whole_log_odds_ - log_odds_of(scores));
  }

 private:
  [[nodiscard]] std::size_t sample_at(double time_s) const {
    const double sample = std::round(time_s * model_.info().sample_rate_hz);
    return static_cast<std::size_t>(std::clamp(sample, 0.0, static_cast<double>(samples_.size())));
  }

  [[nodiscard]] double log_odds_of(const std::vector<std::vector<double>>& scores) const {
    std::vector<double> mean(calibration_.score_count(), 0.0);
    for (const std::vector<double>& part : scores) {
      for (std::size_t k = 0; k < mean.size(); ++k) {
        mean[k] += part[k] / static_cast<double>(scores.size());
      }
    }
    return log_odds(calibration_.probabilities(mean), class_index_);
  }

  const model::Model& model_;
  const Calibration& calibration_;
  std::span<const float> samples_;
  model::Workspace& workspace_;
  int class_index_;
  std::vector<Part> parts_;
  std::vector<std::vector<double>> whole_;  // the scores of each part
  double whole_log_odds_ = 0;
};

}  // namespace

std::vector<Part> parts_of(std::size_t samples, std::size_t longest) {
  const std::size_t count = std::max<std::size_t>(1, (samples + longest - 1) / longest);
  std::vector<Part> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back({.begin = samples * i / count, .end = samples * (i + 1) / count});
  }
  return parts;
}

Status add_evidence(const model::Model& model, const Calibration& calibration,
                    std::span<const float> samples, model::Workspace& workspace,
                    Classification& answer) {
  Occluder occluder(model, calibration, samples, workspace, answer.class_index);
  if (const Status seen = occluder.see_everything(); !seen) return seen.error();
  std::size_t tried = 0;
  for (Window& window : answer.windows) {
    if (++tried > kMaxOcclusions) break;
    const auto evidence = occluder.evidence(window.start_s, window.end_s);
    if (!evidence) return evidence.error();
    window.evidence = *evidence;
  }
  const double reach_s = half_cycle_s(answer);
  for (HeartSound& beat : answer.beats) {
    if (++tried > kMaxOcclusions) break;
    const double middle_s = 0.5 * (beat.start_s + beat.end_s);
    const auto evidence = occluder.evidence(middle_s - reach_s, middle_s + reach_s);
    if (!evidence) return evidence.error();
    beat.evidence = *evidence;
  }
  return Ok{};
}

}  // namespace auscult::classify
