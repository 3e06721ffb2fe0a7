#include "commands.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "dataset.hpp"
#include "evaluation/fusion.hpp"
#include "experiment.hpp"
#include "front_end.hpp"
#include "onnx_export.hpp"
#include "progress.hpp"
#include "scores_file.hpp"

namespace auscult::train {
namespace {

Result<Dataset> load_with_progress(const std::string& folder) {
  std::optional<Progress> progress;
  return load_dataset(folder, [&](std::size_t, std::size_t all) {
    if (!progress) progress.emplace("decoding", all);
    progress->advance(1);
  });
}

std::vector<double> ensemble_mean(const SeedScores& scores) {
  std::vector<double> mean(kScores);
  for (const std::vector<double>& of_seed : scores) {
    for (std::size_t k = 0; k < kScores; ++k) {
      mean[k] += of_seed[k] / static_cast<double>(scores.size());
    }
  }
  return mean;
}

evaluation::Fusion fit(const ScoredDataset& scored) {
  std::vector<std::vector<double>> scores;
  std::vector<int> truths;
  for (std::size_t i = 0; i < scored.examples.size(); ++i) {
    if (scored.examples[i].label == kUnlabelled) continue;
    scores.push_back(ensemble_mean(scored.scores[i]));
    truths.push_back(scored.examples[i].label);
  }
  return evaluation::fit_fusion(scores, truths, {});
}

}  // namespace

Status crossval(const CrossvalOptions& options) {
  const Result<Dataset> dataset = load_with_progress(options.data);
  if (!dataset) return dataset.error();
  const Plan plan{.seeds = options.seeds,
                  .folds = options.folds,
                  .steps = options.steps,
                  .jobs = options.jobs,
                  .checkpoints = options.out + "/checkpoints"};
  const Result<Ensembles> ensembles = train_all(*dataset, plan);
  if (!ensembles) return ensembles.error();
  return save_scores(options.out + "/scores.csv", *dataset, plan.seeds,
                     score_out_of_fold(*dataset, plan, *ensembles));
}

Status train(const TrainOptions& options) {
  const Result<ScoredDataset> scored = load_scores(options.crossval + "/scores.csv");
  if (!scored) return scored.error();
  if (scored->seeds.size() != options.seeds.size()) {
    return fail(ErrorCode::invalid_argument,
                options.crossval + " has " + std::to_string(scored->seeds.size()) +
                    " seeds, but the model is to have " + std::to_string(options.seeds.size()) +
                    ": its calibration holds for ensembles of one size");
  }
  const Result<Dataset> dataset = load_with_progress(options.data);
  if (!dataset) return dataset.error();
  const Plan plan{.seeds = options.seeds,
                  .folds = {-1},
                  .steps = options.steps,
                  .jobs = options.jobs,
                  .checkpoints = options.work};
  const Result<Ensembles> ensembles = train_all(*dataset, plan);
  if (!ensembles) return ensembles.error();

  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) return fail(ErrorCode::storage_failure, options.out + ": " + error.message());
  nlohmann::ordered_json labels = nlohmann::ordered_json::array();
  for (const std::string_view label : kLabels) labels.push_back(std::string(label));
  const std::map<std::string, std::string> metadata = {
      {"auscult.name", std::filesystem::path(options.out).filename().string()},
      {"auscult.version", options.version},
      {"auscult.labels", labels.dump()},
      {"auscult.sample_rate_hz", std::to_string(kSampleRateHz)},
      {"auscult.lengths", nlohmann::json(kLengths).dump()},
      {"auscult.window_s", "5"},
      {"auscult.hop_s", "2.5"},
      {"auscult.calibration", fit(*scored).to_json()},
      {"auscult.provenance", options.command},
  };
  return export_onnx(ensembles->front(), metadata, options.out + "/model.onnx");
}

}  // namespace auscult::train
