#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "evaluation/metrics.hpp"

/// How predictions do at every threshold. Pure functions; any thread.
namespace auscult::evaluation {

struct CurvePoint {
  double x = 0;
  double y = 0;
};

/// The receiver operating characteristic from (0, 0) to (1, 1): x false alarms (share of the
/// negatives), y hits (share of the positives), one point for each distinct score, so that ties
/// make a slope. Its area is auroc(). Empty if either kind is missing.
std::vector<CurvePoint> roc_curve(std::span<const double> positive,
                                  std::span<const double> negative);

/// An answer by a decision rule: the probability of the decided class, and whether it is true.
struct Answer {
  double confidence = 0;
  bool right = false;
};

/// The answers of decide() with this prior and weight.
std::vector<Answer> answers_of(std::span<const Prediction> predictions,
                               std::span<const double> prior, double weight);

/// Risk against coverage: point k, for k = 1 to n, has x = k / n, the share of the answers that is
/// kept when the least confident are refused, and y the share of those kept that is wrong. Among
/// answers of one confidence, any is as likely to be refused first (the mean over their orders).
std::vector<CurvePoint> risk_coverage(std::span<const Answer> answers);

/// Area under risk_coverage(): its mean over the n coverages (Geifman and El-Yaniv, NeurIPS 2017);
/// 0 without answers.
double area_under_risk_coverage(std::span<const Answer> answers);

/// Mean of |confidence - share right| over kReliabilityBins bins of the confidence, by their
/// counts: whether the number shown beside a decided class is to be believed. 0 without answers.
double calibration_error(std::span<const Answer> answers);

/// What calibration_error() would be by chance alone, were every confidence true: each answer is
/// right with the probability it names, independently, kBootstrapDraws times over. A calibration
/// is off only by what exceeds this (consistency resampling: Broecker and Smith, Weather and
/// Forecasting 22, 2007). The same input gives the same result; all 0 without answers.
struct ChanceError {
  double mean = 0;
  double low = 0;   ///< 2.5th percentile.
  double high = 0;  ///< 97.5th percentile.
};
ChanceError chance_calibration_error(std::span<const Answer> answers);

/// At most `limit` (at least 2) points that lie evenly along the curve, which rises or falls in x
/// and in y by at most 1 each; the first and the last stay.
std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, std::size_t limit);

}  // namespace auscult::evaluation
