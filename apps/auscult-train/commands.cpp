#include "commands.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "across.hpp"
#include "beats/detector.hpp"
#include "core/hash.hpp"
#include "dataset.hpp"
#include "experiment.hpp"
#include "figures.hpp"
#include "files.hpp"
#include "forest_learning.hpp"
#include "front_end.hpp"
#include "onnx_export.hpp"
#include "progress.hpp"
#include "report_command.hpp"
#include "scores_file.hpp"

namespace auscult::train {
namespace {

constexpr int kSyntheticSounds = 1'000;

LoadListener progress_of(const std::string& what) {
  return [what, progress = std::shared_ptr<Progress>()](std::size_t, std::size_t all) mutable {
    if (!progress) progress = std::make_shared<Progress>(what, all);
    progress->advance(1);
  };
}

// All sets and `synthetic` sounds, with the features that `beats` gives, if there is one.
Result<Dataset> load_measured(const std::string& folder, const std::string& beats, int synthetic) {
  Result<Dataset> dataset = load_dataset(folder, progress_of("decoding"));
  if (!dataset) return dataset.error();
  const Status added = add_unseen(folder, synthetic, *dataset, progress_of("decoding more"));
  if (!added) return added.error();
  if (beats.empty()) return dataset;
  const auto detector = beats::HeartSoundDetector::load(beats, model::Precision::f32);
  if (!detector) return detector.error();
  const Status measured = measure_features(*detector, *dataset, progress_of("measuring"));
  if (!measured) return measured.error();
  return dataset;
}

std::string sha256_of(const std::string& bytes) {
  return sha256_hex(std::as_bytes(std::span(bytes)));
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

// As sha256sum writes them.
Result<std::string> sums_of_files(const std::string& folder) {
  std::string sums;
  for (const char* name : {"beats.onnx", "forest.onnx", "model.onnx"}) {
    if (!std::filesystem::exists(folder + "/" + name)) continue;
    const Result<std::string> file = read_file(folder + "/" + name);
    if (!file) return file.error();
    sums += sha256_of(*file) + "  " + name + "\n";
  }
  return sums;
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
  const std::string sha256 = sha256_of(*model);
  metrics["model"] = {{"name", std::filesystem::path(options.out).filename().string()},
                      {"version", options.version},
                      {"sha256", sha256},
                      {"bytes", model->size()},
                      {"command", options.command}};
  const Result<std::string> sums = sums_of_files(options.out);
  if (!sums) return sums.error();
  const std::array<std::pair<const char*, std::string>, 2> files = {
      {{"/SHA256", *sums}, {"/metrics.json", metrics.dump(1) + "\n"}}};
  for (const auto& [name, content] : files) {
    const Status written = write_file(options.out + name, content);
    if (!written) return written.error();
  }
  return write_reports({.metrics = options.out + "/metrics.json",
                        .docs = options.docs,
                        .card = options.out + "/MODEL_CARD.md"});
}

void append_forest_scores(const std::vector<std::vector<double>>& forest,
                          std::vector<SeedScores>& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::vector<double>& of_seed : scores[i]) {
      of_seed.insert(of_seed.end(), forest[i].begin(), forest[i].end());
    }
  }
}

// Grows the shipped forest, writes it and adds to the metadata which files belong together.
Status add_forest(const Dataset& dataset, const TrainOptions& options, const std::string& beats,
                  std::map<std::string, std::string>& metadata) {
  const std::string forest = forest_file(grow_forest(dataset, {}));
  const Status written = write_file(options.out + "/forest.onnx", forest);
  if (!written) return written.error();
  const Result<std::string> beats_file = read_file(beats);
  if (!beats_file) return beats_file.error();
  metadata["auscult.forest_sha256"] = sha256_of(forest);
  metadata["auscult.beats_sha256"] = sha256_of(*beats_file);
  return Ok{};
}

}  // namespace

Status crossval(const CrossvalOptions& options) {
  const Result<Dataset> dataset = load_measured(options.data, options.beats, kSyntheticSounds);
  if (!dataset) return dataset.error();
  const Plan plan{.seeds = options.seeds,
                  .folds = options.folds,
                  .steps = options.steps,
                  .jobs = options.jobs,
                  .checkpoints = options.out + "/checkpoints"};
  const Result<Ensembles> ensembles = train_all(*dataset, plan);
  if (!ensembles) return ensembles.error();
  std::vector<SeedScores> scored_examples = score_out_of_fold(*dataset, plan, *ensembles);
  if (!options.beats.empty()) {
    append_forest_scores(forest_scores_out_of_fold(*dataset, options.jobs), scored_examples);
  }
  const std::string scores = options.out + "/scores.csv";
  const Status saved = save_scores(scores, *dataset, plan.seeds, scored_examples);
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
  // Its scores must be there where the calibration was fitted on them, and not elsewhere.
  const std::string beats = has_forest(*scored) ? options.out + "/beats.onnx" : "";
  const Result<Dataset> dataset = load_measured(options.data, beats, 0);
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
  std::map<std::string, std::string> metadata = metadata_of(options, *scored);
  if (!beats.empty()) {
    const Status added = add_forest(*dataset, options, beats, metadata);
    if (!added) return added.error();
  }
  const Status exported = export_onnx(ensembles->front(), metadata, options.out + "/model.onnx");
  if (!exported) return exported.error();
  return describe(options);
}

}  // namespace auscult::train
