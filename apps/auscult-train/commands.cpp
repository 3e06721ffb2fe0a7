#include "commands.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "across.hpp"
#include "core/hash.hpp"
#include "dataset.hpp"
#include "experiment.hpp"
#include "figures.hpp"
#include "files.hpp"
#include "front_end.hpp"
#include "onnx_export.hpp"
#include "progress.hpp"
#include "report_command.hpp"
#include "scores_file.hpp"

namespace auscult::train {
namespace {

constexpr int kSyntheticSounds = 1'000;

LoadListener decoding_progress() {
  return [progress = std::shared_ptr<Progress>()](std::size_t, std::size_t all) mutable {
    if (!progress) progress = std::make_shared<Progress>("decoding", all);
    progress->advance(1);
  };
}

Result<Dataset> load_with_progress(const std::string& folder) {
  return load_dataset(folder, decoding_progress());
}

std::map<std::string, std::string> metadata_of(const TrainOptions& options,
                                               const ScoredDataset& scored) {
  const evaluation::Json labels = std::vector<std::string>(kLabels.begin(), kLabels.end());
  const evaluation::Json lengths = kLengths;
  const evaluation::Json window_s = kWindowS;
  const evaluation::Json hop_s = kWindowHopS;
  return {
      {"auscult.name", std::filesystem::path(options.out).filename().string()},
      {"auscult.version", options.version},
      {"auscult.labels", labels.dump()},
      {"auscult.sample_rate_hz", std::to_string(kSampleRateHz)},
      {"auscult.lengths", lengths.dump()},
      {"auscult.window_s", window_s.dump()},
      {"auscult.hop_s", hop_s.dump()},
      {"auscult.calibration", fit_on_all(scored).to_json()},
      {"auscult.provenance", options.command},
  };
}

// The lines of other files, such as the heart-sound network's.
std::string other_sums(const std::string& path) {
  std::ifstream file(path);
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    if (!line.ends_with("  model.onnx")) kept += line + "\n";
  }
  return kept;
}

// What describes model.onnx: its hash, its figures, its card.
Status describe(const TrainOptions& options) {
  const Result<std::string> model = read_file(options.out + "/model.onnx");
  if (!model) return model.error();
  const Result<std::string> text = read_file(options.crossval + "/metrics.json");
  if (!text) return text.error();
  evaluation::Json metrics = evaluation::Json::parse(*text, nullptr, false);
  if (!metrics.is_object()) {
    return fail(ErrorCode::invalid_argument, options.crossval + "/metrics.json is no JSON object");
  }
  const std::string sha256 = sha256_hex(std::as_bytes(std::span(*model)));
  metrics["model"] = {{"name", std::filesystem::path(options.out).filename().string()},
                      {"version", options.version},
                      {"sha256", sha256},
                      {"bytes", model->size()},
                      {"command", options.command}};
  const std::pair<const char*, std::string> files[] = {
      {"/SHA256", other_sums(options.out + "/SHA256") + sha256 + "  model.onnx\n"},
      {"/metrics.json", metrics.dump(1) + "\n"},
  };
  for (const auto& [name, content] : files) {
    const Status written = write_file(options.out + name, content);
    if (!written) return written.error();
  }
  return write_reports({.metrics = options.out + "/metrics.json",
                        .docs = options.docs,
                        .card = options.out + "/MODEL_CARD.md"});
}

}  // namespace

Status crossval(const CrossvalOptions& options) {
  Result<Dataset> dataset = load_with_progress(options.data);
  if (!dataset) return dataset.error();
  const Status added = add_unseen(options.data, kSyntheticSounds, *dataset, decoding_progress());
  if (!added) return added.error();
  const Plan plan{.seeds = options.seeds,
                  .folds = options.folds,
                  .steps = options.steps,
                  .jobs = options.jobs,
                  .checkpoints = options.out + "/checkpoints"};
  const Result<Ensembles> ensembles = train_all(*dataset, plan);
  if (!ensembles) return ensembles.error();
  const std::string scores = options.out + "/scores.csv";
  const Status saved =
      save_scores(scores, *dataset, plan.seeds, score_out_of_fold(*dataset, plan, *ensembles));
  if (!saved) return saved.error();
  if (options.across) {
    const Status trained = train_across(*dataset, plan, options.out);
    if (!trained) return trained.error();
  }
  // From the file, so that the figures are those of the scores that are kept.
  const Result<ScoredDataset> scored = load_scores(scores);
  if (!scored) return scored.error();
  const Result<TransferScores> across = load_across(options.out);
  if (!across) return across.error();
  return write_file(options.out + "/metrics.json",
                    figures(*scored, *across, options.command).dump(1) + "\n");
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
  const Status exported =
      export_onnx(ensembles->front(), metadata_of(options, *scored), options.out + "/model.onnx");
  if (!exported) return exported.error();
  return describe(options);
}

}  // namespace auscult::train
