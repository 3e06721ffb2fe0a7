#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// How good predictions are. Pure functions; any thread.
namespace auscult::evaluation {

/// Area under the receiver operating characteristic: the chance that a positive scores above a
/// negative, ties counting half (Hanley and McNeil 1982). Empty if either kind is missing.
std::optional<double> auroc(std::span<const double> positive, std::span<const double> negative);

/// Counts by true class (row) and decided class (column).
class Confusion {
 public:
  explicit Confusion(std::size_t classes) : classes_(classes), counts_(classes * classes) {}

  void add(int truth, int decided) { ++counts_[index(truth, decided)]; }
  [[nodiscard]] int count(int truth, int decided) const { return counts_[index(truth, decided)]; }
  [[nodiscard]] std::size_t classes() const { return classes_; }

  [[nodiscard]] double accuracy() const;
  /// Empty for a class that does not occur; a class that is never decided has precision 0.
  [[nodiscard]] std::optional<double> recall(int of_class) const;
  [[nodiscard]] std::optional<double> precision(int of_class) const;
  [[nodiscard]] std::optional<double> f1(int of_class) const;
  /// Means over the classes that occur: unweighted average recall, macro-F1.
  [[nodiscard]] double mean_recall() const;
  [[nodiscard]] double mean_f1() const;

 private:
  [[nodiscard]] std::size_t index(int truth, int decided) const {
    return static_cast<std::size_t>(truth) * classes_ + static_cast<std::size_t>(decided);
  }
  [[nodiscard]] int truths(int of_class) const;

  std::size_t classes_;
  std::vector<int> counts_;
};

/// What a model says of one recording, and the truth.
struct Prediction {
  std::vector<double> probabilities;  ///< Sum 1.
  int truth = 0;
};

/// The class whose p / prior^weight is largest; the first of several.
int decide(std::span<const double> probabilities, std::span<const double> prior, double weight);

/// Mean of -ln p(truth); p counts as at least 1e-12.
double log_loss(std::span<const Prediction> predictions);

/// Mean squared distance of the probabilities from the truth, 0 to 2 (Brier 1950).
double brier_score(std::span<const Prediction> predictions);

/// One bin of a reliability diagram: predictions whose largest p lies in [low, high).
struct ReliabilityBin {
  double low = 0;
  double high = 0;
  std::size_t count = 0;
  double confidence = 0;  ///< Mean largest p, 0 in an empty bin.
  double accuracy = 0;    ///< Share of which the most probable class is the truth.
};
inline constexpr std::size_t kReliabilityBins = 15;

/// kReliabilityBins of equal width over [0, 1]; the last includes 1.
std::vector<ReliabilityBin> reliability(std::span<const Prediction> predictions);

/// Mean of |confidence - accuracy| over the bins, by their counts (Naeini et al. 2015).
double expected_calibration_error(std::span<const Prediction> predictions);

/// Accuracy on the share `coverage` of predictions with the largest p; risk is one minus it.
double accuracy_at_coverage(std::span<const Prediction> predictions, double coverage);

}  // namespace auscult::evaluation
