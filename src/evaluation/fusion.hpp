#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auscult::evaluation {

/// From a network's scores to calibrated probabilities: softmax(matrix * scores + bias).
struct Fusion {
  std::vector<std::vector<double>> matrix;  ///< [classes][scores]
  std::vector<double> bias;                 ///< [classes]
  std::vector<double> prior;                ///< [classes], how often each occurs; sum 1.

  [[nodiscard]] std::vector<double> probabilities(std::span<const double> scores) const;
  /// {"matrix", "bias", "prior"}: the model's metadata `auscult.calibration`.
  [[nodiscard]] std::string to_json() const;
};

/// What the scores are: one for each class, a further one (a murmur detector's), which speaks for
/// one class and against others, then perhaps those of a second opinion.
struct FusionShape {
  std::size_t classes = 5;
  std::size_t for_class = 1;                       ///< The further score speaks for this class...
  std::vector<std::size_t> against_classes = {2};  ///< ...and against these.
  /// How much it speaks, if that is not to be fitted.
  std::optional<double> further_weight = std::nullopt;
  /// Which class score speaks for each class, [classes]; empty: its own.
  std::vector<std::size_t> score_of = {};
  /// Which score of the second opinion, from 0, speaks for each class, [classes]; empty: there is
  /// none.
  std::vector<std::size_t> opinion_of = {};
};

/// Fits a few numbers by maximum likelihood: one factor for all class scores (a temperature), two
/// weights of the further score, one factor for the second opinion, a bias for each class. The L2
/// penalty pulls towards the scores as they are; the biases are free. The problem is convex and
/// solved by Newton's method. `scores` is [items][classes + 1 + opinions], `truths` [items], at
/// least one of each class.
Fusion fit_fusion(std::span<const std::vector<double>> scores, std::span<const int> truths,
                  const FusionShape& shape);

}  // namespace auscult::evaluation
