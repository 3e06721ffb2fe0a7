#include "across.hpp"

#include <array>
#include <filesystem>
#include <utility>

namespace auscult::train {
namespace {

// Name, and the device to train on.
constexpr std::array<std::pair<const char*, const char*>, 2> kWays = {
    {{"A_to_B", "A"}, {"B_to_A", "B"}}};

std::string path_of(const std::string& folder, const std::string& way) {
  return folder + "/across-" + way + ".csv";
}

}  // namespace

Dataset transfer_dataset(const Dataset& dataset, const std::string& from) {
  Dataset chosen;
  for (const Example& example : dataset.examples) {
    if (example.label == kUnlabelled) continue;
    chosen.examples.push_back(example);
    chosen.examples.back().fold = example.source == from ? 1 : 0;
  }
  return chosen;
}

Status train_across(const Dataset& dataset, const Plan& plan, const std::string& folder) {
  for (const auto& [way, from] : kWays) {
    const Dataset chosen = transfer_dataset(dataset, from);
    Plan transfer = plan;
    transfer.folds = {0};
    transfer.checkpoints = plan.checkpoints + "/" + way;
    const Result<Ensembles> ensembles = train_all(chosen, transfer);
    if (!ensembles) return ensembles.error();
    const Status saved = save_scores(path_of(folder, way), chosen, plan.seeds,
                                     score_out_of_fold(chosen, transfer, *ensembles));
    if (!saved) return saved.error();
  }
  return Ok{};
}

Result<TransferScores> load_across(const std::string& folder) {
  TransferScores scores;
  for (const auto& [way, from] : kWays) {
    if (!std::filesystem::exists(path_of(folder, way))) continue;
    Result<ScoredDataset> scored = load_scores(path_of(folder, way));
    if (!scored) return scored.error();
    scores[way] = *std::move(scored);
  }
  return scores;
}

}  // namespace auscult::train
