#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::train {

struct CrossvalOptions {
  std::string data;
  std::string out;  ///< A folder: checkpoints, scores.csv, metrics.json.
  std::vector<std::uint64_t> seeds = {1, 2, 3};
  std::string beats;  ///< The heart-sound model, beats.onnx, for the forest; empty: no forest.
  std::vector<int> folds = {0, 1, 2, 3, 4};
  int steps = 0;
  int jobs = 1;
  bool across = false;  ///< Also trains on each device of PASCAL alone (across.hpp).
  std::string command;  ///< As it was called, for metrics.json.
};

/// Trains each seed without each fold and judges it on that fold. Stopped and called again, it goes
/// on where it was.
Status crossval(const CrossvalOptions& options);

struct TrainOptions {
  std::string data;
  std::string out;       ///< A folder, whose last part is the model's name.
  std::string crossval;  ///< The folder that crossval() wrote: its figures, its calibration.
  std::string work;      ///< A folder for checkpoints.
  std::string docs;      ///< A folder for the page and the plots; empty for none.
  std::vector<std::uint64_t> seeds = {1, 2, 3};
  int steps = 0;
  int jobs = 1;
  std::string version = "1";
  std::string command;
};

/// Trains each seed on everything and writes model.onnx, metrics.json, MODEL_CARD.md and SHA256,
/// and the page with the plots.
Status train(const TrainOptions& options);

}  // namespace auscult::train
