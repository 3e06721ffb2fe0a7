#pragma once

#include <map>
#include <string>

#include "evaluation/fusion.hpp"
#include "evaluation/report.hpp"
#include "scores_file.hpp"

namespace auscult::train {

/// The fusion of the ensemble's scores, fitted on all labelled recordings: what the model ships.
evaluation::Fusion fit_on_all(const ScoredDataset& scored);

/// Scores by networks that were trained on one device alone, of the recordings of the others; by
/// name, such as "A_to_B".
using TransferScores = std::map<std::string, ScoredDataset>;

/// All figures of a cross-validation (metrics.json): PASCAL together and apart, CirCor, sets never
/// trained on, PhysioNet leaving each site out, from one device to another, synthetic sounds; the
/// headlines of each seed alone, and their mean and spread. The probabilities of each fold come
/// from a fusion fitted on the others.
evaluation::Json figures(const ScoredDataset& scored, const TransferScores& across,
                         const std::string& command);

}  // namespace auscult::train
