#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "dataset.hpp"
#include "learning.hpp"

namespace auscult::train {

struct Plan {
  std::vector<std::uint64_t> seeds;
  std::vector<int> folds;  ///< Left out, one network each a seed; -1: trained on everything.
  int steps = 0;
  int jobs = 1;             ///< Networks trained side by side.
  std::string checkpoints;  ///< A folder, made if it is not there.
};

/// Seeds are small numbers, so that they make short names.
inline constexpr std::uint64_t kMaxSeed = 9'999;

/// Trained networks by fold, then by seed, in the plan's order.
using Ensembles = std::vector<std::vector<Weights>>;

/// Trains what the plan says, or goes on where its checkpoints stop, with progress on standard
/// error. Fails as learn() does.
Result<Ensembles> train_all(const Dataset& dataset, const Plan& plan);

/// Scores of one example by each network: [seeds][kScores], perhaps followed by the forest's.
using SeedScores = std::vector<std::vector<double>>;

/// Scores every example of the plan's folds by the networks that have not seen it: one entry for
/// each example of the dataset, empty where its fold is not in the plan.
std::vector<SeedScores> score_out_of_fold(const Dataset& dataset, const Plan& plan,
                                          const Ensembles& ensembles);

/// Runs task(0) to task(count - 1) on `jobs` threads, in that order as they become free.
void in_parallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& task);

}  // namespace auscult::train
