#pragma once

#include <string>

#include "evaluation/fusion.hpp"
#include "evaluation/report.hpp"
#include "scores_file.hpp"

namespace auscult::train {

/// The fusion of the ensemble's scores, fitted on all labelled recordings: what the model ships.
evaluation::Fusion fit_on_all(const ScoredDataset& scored);

/// All figures of a cross-validation (metrics.json): PASCAL together and apart, CirCor, sets
/// never trained on, synthetic sounds, each seed alone. The probabilities of each fold come from a
/// fusion fitted on the others.
evaluation::Json figures(const ScoredDataset& scored, const std::string& command);

}  // namespace auscult::train
