#pragma once

#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "dataset.hpp"
#include "experiment.hpp"

namespace auscult::train {

/// Writes the out-of-fold scores of a cross-validation: one line an example, with all that the
/// metrics need, so that they can be computed again without the audio. Columns: file, source,
/// group, patient, patient_murmur, fold, label, murmur, diseased, then s<seed>_<score> for each
/// network, and forest_<score> if each network's scores are followed by a forest's. Fails with
/// storage_failure.
Status save_scores(const std::string& path, const Dataset& dataset,
                   const std::vector<std::uint64_t>& seeds, const std::vector<SeedScores>& scores);

/// What save_scores() wrote, without samples.
struct ScoredDataset {
  std::vector<Example> examples;
  std::vector<std::uint64_t> seeds;
  std::vector<SeedScores> scores;
};

/// Whether a forest's scores follow each network's.
bool has_forest(const ScoredDataset& scored);

/// Fails with not_found and invalid_argument.
Result<ScoredDataset> load_scores(const std::string& path);

}  // namespace auscult::train
