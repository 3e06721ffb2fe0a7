#pragma once

#include <span>
#include <string>
#include <vector>

#include "json/json.hpp"
#include "manifest.hpp"

namespace auscult::cli {

/// A recording whose answer is there.
struct Judged {
  const LabelledFile* file = nullptr;  ///< Of a set that outlives this.
  std::vector<double> probabilities;
  int decided = 0;  ///< By the decision rule.
};

/// The figures of recordings with the model's own labels: recordings, groups, accuracy, UAR,
/// macro-F1, log-loss, ECE, Brier score, and of each class recall, precision, F1 and AUROC, each
/// that is estimated as {value, low, high} (bootstrap over groups); the confusion matrix.
json::Json class_figures(std::span<const Judged> judged, const std::vector<std::string>& labels);

/// The figures of recordings where only a murmur is known or not: AUROC of the probability of
/// Murmur, and of 1 - that of Normal; sensitivity and specificity of the answer Murmur; the share
/// of the healthy that is called Normal. Empty unless the model has labels Murmur and Normal.
json::Json murmur_figures(std::span<const Judged> judged, const std::vector<std::string>& labels);

}  // namespace auscult::cli
