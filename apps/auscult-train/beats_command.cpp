#include "beats_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "beats_evaluation.hpp"
#include "beats_export.hpp"
#include "beats_learning.hpp"
#include "dataset.hpp"
#include "experiment.hpp"
#include "markdown.hpp"
#include "progress.hpp"

namespace auscult::train {
namespace {

// Of three that were tried it hears fast hearts surest (docs/model/training.md).
constexpr std::uint64_t kDefaultSeed = 3;

struct BeatOptions {
  std::string data;
  std::string out;
  std::uint64_t seed = kDefaultSeed;
  int steps = 1200;
  int jobs = 1;
  bool crossval = false;
  std::vector<int> folds = {0, 1, 2, 3, 4};
};

/// A bar for what counts itself from 1 to all, perhaps several times.
ProgressListener bar_of(const std::string& what) {
  return [what, bar = std::shared_ptr<Progress>()](std::size_t done, std::size_t all) mutable {
    if (done == 1) bar = std::make_shared<Progress>(what, all);
    bar->advance(1);
  };
}

/// A network and the file that it is trained into.
struct BeatFile {
  BeatLesson lesson;
  std::filesystem::path path;
};

/// Trains those whose file is not there yet, so that a long run may be stopped and taken up again.
Status train_missing(const std::vector<HeartRecording>& recordings,
                     const std::vector<BeatFile>& files, int jobs) {
  std::vector<BeatFile> missing;
  std::size_t steps = 0;
  for (const BeatFile& file : files) {
    if (std::filesystem::exists(file.path)) continue;
    missing.push_back(file);
    steps += static_cast<std::size_t>(file.lesson.steps);
  }
  Progress bar("training heart sounds", steps);
  std::vector<Status> saved(missing.size(), Ok{});
  in_parallel(missing.size(), jobs, [&](std::size_t i) {
    const BeatLesson& lesson = missing[i].lesson;
    const Weights weights = learn_beats(
        recordings, lesson, [&](int, double loss) { bar.advance(1, "loss " + number(loss)); });
    const std::string fold = lesson.held_out < 0 ? "all" : std::to_string(lesson.held_out);
    saved[i] = export_beats(weights,
                            {{"auscult.held_out", fold},
                             {"auscult.seed", std::to_string(lesson.seed)},
                             {"auscult.steps", std::to_string(lesson.steps)}},
                            missing[i].path.string());
  });
  for (const Status& status : saved) {
    if (!status) return status.error();
  }
  return Ok{};
}

Result<beats::HeartSoundDetector> load_detector(const BeatFile& file) {
  return beats::HeartSoundDetector::load(file.path, model::Precision::f32);
}

Status save(const nlohmann::ordered_json& json, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::trunc);
  file << json.dump(2) << '\n';
  if (!file.flush()) return fail(ErrorCode::storage_failure, path.string() + ": cannot be written");
  return Ok{};
}

Status run(const BeatOptions& options) {
  const std::filesystem::path out = options.out;
  std::error_code ignored;
  std::filesystem::create_directories(out, ignored);
  const Result<std::vector<HeartRecording>> recordings =
      load_heart_recordings(options.data, bar_of("decoding"));
  if (!recordings) return recordings.error();

  const auto file_of = [&](int held_out, const std::filesystem::path& path) {
    return BeatFile{{.held_out = held_out, .seed = options.seed, .steps = options.steps}, path};
  };
  std::vector<BeatFile> files = {file_of(-1, out / "beats.onnx")};
  if (options.crossval) {
    const std::filesystem::path checkpoints = out / "checkpoints";
    std::filesystem::create_directories(checkpoints, ignored);
    for (const int fold : options.folds) {
      files.push_back(
          file_of(fold, checkpoints / ("beats_without_" + std::to_string(fold) + ".onnx")));
    }
  }
  const Status trained = train_missing(*recordings, files, options.jobs);
  if (!trained) return trained.error();
  const Result<beats::HeartSoundDetector> shipped = load_detector(files.front());
  if (!shipped) return shipped.error();

  // What the file says of its training, which may have been another call of this command.
  nlohmann::ordered_json metrics = {{"model_sha256", shipped->model().sha256}};
  for (const char* key : {"auscult.seed", "auscult.steps", "auscult.held_out"}) {
    const auto found = shipped->model().metadata.find(key);
    if (found != shipped->model().metadata.end()) metrics[key] = found->second;
  }
  metrics["min_sound_posterior"] = beats::kMinSoundPosterior;
  if (options.crossval) {
    std::map<int, beats::HeartSoundDetector> detectors;
    for (const BeatFile& file : std::span(files).subspan(1)) {
      Result<beats::HeartSoundDetector> detector = load_detector(file);
      if (!detector) return detector.error();
      detectors.emplace(file.lesson.held_out, *std::move(detector));
    }
    std::vector<HeartRecording> judged;
    for (const HeartRecording& recording : *recordings) {
      if (detectors.contains(recording.fold)) judged.push_back(recording);
    }
    Result<nlohmann::ordered_json> segmentation = evaluate_segmentation(
        judged, [&](int fold) -> const beats::HeartSoundDetector& { return detectors.at(fold); },
        bar_of("judging"));
    if (!segmentation) return segmentation.error();
    (*segmentation)["folds"] = options.folds;
    metrics["circor_out_of_fold"] = *std::move(segmentation);
  }
  Result<nlohmann::ordered_json> timing = evaluate_pascal_timing(options.data, *shipped);
  if (!timing) return timing.error();
  metrics["pascal_set_a_timing"] = *std::move(timing);
  Result<nlohmann::ordered_json> quality =
      evaluate_quality(options.data, *shipped, bar_of("judging quality"));
  if (!quality) return quality.error();
  metrics["quality"] = *std::move(quality);
  return save(metrics, out / "beats_metrics.json");
}

}  // namespace

std::function<Status()> add_beats_command(CLI::App& app) {
  auto options = std::make_shared<BeatOptions>();
  CLI::App* command = app.add_subcommand("beats", "Train and measure the heart-sound model");
  command->add_option("--data", options->data, "The folder of datasets")->required();
  command->add_option("--out", options->out, "The model's folder, models/NAME")->required();
  command->add_option("--seed", options->seed, "Of the random numbers")->capture_default_str();
  command->add_option("--steps", options->steps, "Of training")->capture_default_str();
  command->add_option("--jobs", options->jobs, "Networks trained side by side")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--crossval", options->crossval, "Also judge each fold by the other four");
  command->add_option("--folds", options->folds, "Those to judge")
      ->delimiter(',')
      ->check(CLI::Range(0, kFolds - 1))
      ->capture_default_str();
  return [options] { return run(*options); };
}

}  // namespace auscult::train
