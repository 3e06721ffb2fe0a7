#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::classify {

/// From the K scores of a graph to the probabilities of its L labels: softmax(matrix * scores +
/// bias). Fitted on scores of patients that the network had not seen (docs/model-format.md).
class Calibration {
 public:
  /// Reads the model's `auscult.calibration`: {"matrix": L rows of K numbers, "bias": L numbers,
  /// "prior": L positive numbers, how often each class occurs}. Empty text is the identity (K = L),
  /// no bias and a uniform prior. Fails with unsupported_model, naming what does not fit.
  static Result<Calibration> parse(std::string_view text, std::size_t label_count);

  /// L probabilities, sum 1. `scores` holds score_count() finite numbers.
  [[nodiscard]] std::vector<double> probabilities(std::span<const double> scores) const;

  /// The class whose p / prior^weight is largest; the first of several.
  [[nodiscard]] int choose(std::span<const double> probabilities, double prior_weight) const;

  /// The same with the last scores known: it takes score_count() - last.size() scores.
  [[nodiscard]] Calibration given(std::span<const double> last) const;

  /// The same for a population in which each class occurs as often as `prior` says: L positive
  /// numbers, of which only the ratios matter. Bayes' rule; what the scores are worth stays.
  [[nodiscard]] Calibration at_prior(std::span<const double> prior) const;

  /// How often each label occurs, sum 1.
  [[nodiscard]] const std::vector<double>& prior() const { return prior_; }

  [[nodiscard]] std::size_t label_count() const { return bias_.size(); }
  [[nodiscard]] std::size_t score_count() const { return matrix_.size() / bias_.size(); }

 private:
  Calibration(std::vector<double> matrix, std::vector<double> bias, std::vector<double> prior);

  std::vector<double> matrix_;  // [L, K], row by row
  std::vector<double> bias_;    // [L]
  std::vector<double> prior_;   // [L], sum 1
};

}  // namespace auscult::classify
