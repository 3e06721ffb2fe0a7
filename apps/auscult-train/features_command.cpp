#include "features_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "beats/detector.hpp"
#include "dataset.hpp"
#include "features/evidence_features.hpp"
#include "forest_learning.hpp"
#include "progress.hpp"

namespace auscult::train {
namespace {

constexpr int kSyntheticSounds = 300;

struct FeatureOptions {
  std::string data;
  std::string beats;
  std::string out;
};

LoadListener bar_of(const std::string& what) {
  return [what, bar = std::shared_ptr<Progress>()](std::size_t, std::size_t all) mutable {
    if (!bar) bar = std::make_shared<Progress>(what, all);
    bar->advance(1);
  };
}

Status run(const FeatureOptions& options) {
  const auto detector = beats::HeartSoundDetector::load(options.beats, model::Precision::f32);
  if (!detector) return detector.error();
  Result<Dataset> dataset = load_dataset(options.data, bar_of("decoding"));
  if (!dataset) return dataset.error();
  const Status added =
      add_unseen(options.data, kSyntheticSounds, *dataset, bar_of("decoding what is judged only"));
  if (!added) return added.error();

  const Status measured = measure_features(*detector, *dataset, bar_of("measuring"));
  if (!measured) return measured.error();

  std::ofstream file(options.out, std::ios::trunc);
  file << "file,source";
  for (const std::string_view name : features::kEvidenceFeatures) file << ',' << name;
  file << '\n';
  for (const Example& example : dataset->examples) {
    file << example.file << ',' << example.source;
    for (const float value : example.features) {
      file << ',' << value;
    }
    file << '\n';
  }
  if (!file.flush()) {
    return fail(ErrorCode::storage_failure, options.out + ": cannot be written");
  }
  return Ok{};
}

}  // namespace

std::function<Status()> add_features_command(CLI::App& app) {
  auto options = std::make_shared<FeatureOptions>();
  CLI::App* command =
      app.add_subcommand("features", "Measure the evidence features of every recording");
  command->add_option("--data", options->data, "The folder of datasets")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--beats", options->beats, "The heart-sound model, beats.onnx")->required();
  command->add_option("--out", options->out, "The table: file, source, then the features")
      ->required();
  return [options] { return run(*options); };
}

}  // namespace auscult::train
