#include "evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace auscult::evaluation {
namespace {

constexpr double kLeastProbability = 1e-12;

struct Answer {
  double confidence;
  bool right;
};

Answer answer_of(const Prediction& prediction) {
  const auto largest =
      std::max_element(prediction.probabilities.begin(), prediction.probabilities.end());
  return {*largest, largest - prediction.probabilities.begin() == prediction.truth};
}

}  // namespace

std::optional<double> auroc(std::span<const double> positive, std::span<const double> negative) {
  if (positive.empty() || negative.empty()) return std::nullopt;
  std::vector<double> sorted(negative.begin(), negative.end());
  std::sort(sorted.begin(), sorted.end());
  double wins = 0;
  for (const double score : positive) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), score);
    wins += static_cast<double>(low - sorted.begin()) + 0.5 * static_cast<double>(high - low);
  }
  return wins / (static_cast<double>(positive.size()) * static_cast<double>(negative.size()));
}

int Confusion::truths(int of_class) const {
  const auto row = counts_.begin() + of_class * static_cast<std::ptrdiff_t>(classes_);
  return std::accumulate(row, row + static_cast<std::ptrdiff_t>(classes_), 0);
}

double Confusion::accuracy() const {
  int right = 0;
  for (int k = 0; k < static_cast<int>(classes_); ++k) right += count(k, k);
  const int all = std::accumulate(counts_.begin(), counts_.end(), 0);
  return all == 0 ? 0 : static_cast<double>(right) / all;
}

std::optional<double> Confusion::recall(int of_class) const {
  const int all = truths(of_class);
  if (all == 0) return std::nullopt;
  return static_cast<double>(count(of_class, of_class)) / all;
}

std::optional<double> Confusion::precision(int of_class) const {
  if (truths(of_class) == 0) return std::nullopt;
  int decided = 0;
  for (int k = 0; k < static_cast<int>(classes_); ++k) decided += count(k, of_class);
  return decided == 0 ? 0 : static_cast<double>(count(of_class, of_class)) / decided;
}

std::optional<double> Confusion::f1(int of_class) const {
  if (truths(of_class) == 0) return std::nullopt;
  int decided = 0;
  for (int k = 0; k < static_cast<int>(classes_); ++k) decided += count(k, of_class);
  return 2.0 * count(of_class, of_class) / (truths(of_class) + decided);
}

namespace {

template <typename Measure>
double mean_over_classes(const Confusion& confusion, Measure measure) {
  double sum = 0;
  int occurring = 0;
  for (int k = 0; k < static_cast<int>(confusion.classes()); ++k) {
    if (const std::optional<double> value = measure(k)) {
      sum += *value;
      ++occurring;
    }
  }
  return occurring == 0 ? 0 : sum / occurring;
}

}  // namespace

double Confusion::mean_recall() const {
  return mean_over_classes(*this, [this](int k) { return recall(k); });
}

double Confusion::mean_f1() const {
  return mean_over_classes(*this, [this](int k) { return f1(k); });
}

int decide(std::span<const double> probabilities, std::span<const double> prior, double weight) {
  int best = 0;
  double best_value = -1;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const double value = probabilities[k] / std::pow(prior[k], weight);
    if (value > best_value) {
      best = static_cast<int>(k);
      best_value = value;
    }
  }
  return best;
}

double log_loss(std::span<const Prediction> predictions) {
  double sum = 0;
  for (const Prediction& prediction : predictions) {
    const double p = prediction.probabilities[static_cast<std::size_t>(prediction.truth)];
    sum -= std::log(std::max(p, kLeastProbability));
  }
  return sum / static_cast<double>(predictions.size());
}

double brier_score(std::span<const Prediction> predictions) {
  double sum = 0;
  for (const Prediction& prediction : predictions) {
    for (std::size_t k = 0; k < prediction.probabilities.size(); ++k) {
      const double truth = static_cast<int>(k) == prediction.truth ? 1 : 0;
      sum += std::pow(prediction.probabilities[k] - truth, 2);
    }
  }
  return sum / static_cast<double>(predictions.size());
}

std::vector<ReliabilityBin> reliability(std::span<const Prediction> predictions) {
  std::vector<ReliabilityBin> bins(kReliabilityBins);
  for (std::size_t i = 0; i < kReliabilityBins; ++i) {
    bins[i].low = static_cast<double>(i) / kReliabilityBins;
    bins[i].high = static_cast<double>(i + 1) / kReliabilityBins;
  }
  for (const Prediction& prediction : predictions) {
    const Answer answer = answer_of(prediction);
    const auto bin = static_cast<std::size_t>(answer.confidence * kReliabilityBins);
    ReliabilityBin& found = bins[std::min(bin, kReliabilityBins - 1)];
    ++found.count;
    found.confidence += answer.confidence;
    found.accuracy += answer.right ? 1 : 0;
  }
  for (ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
  return bins;
}

double expected_calibration_error(std::span<const Prediction> predictions) {
  double sum = 0;
  for (const ReliabilityBin& bin : reliability(predictions)) {
    sum += static_cast<double>(bin.count) * std::abs(bin.confidence - bin.accuracy);
  }
  return sum / static_cast<double>(predictions.size());
}

double accuracy_at_coverage(std::span<const Prediction> predictions, double coverage) {
  std::vector<Answer> answers;
  for (const Prediction& prediction : predictions) answers.push_back(answer_of(prediction));
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.confidence > b.confidence; });
  const auto kept = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::lround(coverage * static_cast<double>(answers.size()))));
  const auto right =
      std::count_if(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(kept),
                    [](const Answer& answer) { return answer.right; });
  return static_cast<double>(right) / static_cast<double>(kept);
}

}  // namespace auscult::evaluation
