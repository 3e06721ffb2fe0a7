#pragma once

#include <span>
#include <vector>

#include "dataset.hpp"
#include "evaluation/report.hpp"

/// Figures of recordings that have none of the five labels, or are no heart.
namespace auscult::train {

inline constexpr int kMurmur = 1;  ///< Into kLabels.
inline constexpr int kNormal = 2;
inline constexpr int kExtrahls = 3;
inline constexpr int kExtrastole = 4;

/// An example, which outlives this, and what is said of it by networks that have not heard it.
struct Judged {
  const Example* example = nullptr;
  double murmur_score = 0;
  std::vector<double> probabilities;  ///< Of kLabels.
};

/// Of each set that was never trained on: {healthy, diseased, auroc_murmur_normal,
/// auroc_murmur_score, healthy_called_normal_sqrt, diseased_called_murmur_sqrt}; null without any.
evaluation::Json unseen_figures(const std::vector<Judged>& judged, const std::vector<double>& prior,
                                evaluation::Detail detail);

/// {by_murmur_odds, by_murmur_score: evaluation::site_report()} of PhysioNet's sites; null without.
evaluation::Json physionet_figures(const std::vector<Judged>& judged, evaluation::Detail detail);

/// Of synthetic sounds that are no heart, by kind and of all: {sounds, answers_sqrt {label:
/// share}}; null without any.
evaluation::Json synthetic_figures(const std::vector<Judged>& judged,
                                   const std::vector<double>& prior);

/// {mean, sd, low, high} of at least one value: the standard deviation is that of a sample, 0 of
/// one; low and high are the smallest and the largest.
evaluation::Json spread_of(std::span<const double> values);

}  // namespace auscult::train
