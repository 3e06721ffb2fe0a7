#pragma once

#include <filesystem>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "model/model.hpp"

namespace auscult::classify {

/// How the class is chosen from the calibrated probabilities p: the largest p / prior^weight, with
/// weight 0 (natural: the most probable class), 1/2 (sqrt) or 1 (balanced: every class as if it
/// were equally frequent). The confidence is p of the chosen class in all three.
enum class Decision { natural, sqrt, balanced };

struct ClassifierOptions {
  model::Precision precision = model::Precision::automatic;
  Decision decision = Decision::sqrt;
};

/// From a clip to one calibrated answer. Immutable after load(); any thread, with one Workspace
/// each.
class Classifier {
 public:
  /// `model_folder` holds model.onnx. Fails as Model::load() does, and with unsupported_model on
  /// calibration metadata that does not fit the labels.
  static Result<Classifier> load(const std::filesystem::path& model_folder,
                                 const ClassifierOptions& options);

  [[nodiscard]] const model::ModelInfo& model() const { return model_.info(); }
  [[nodiscard]] model::Workspace make_workspace() const { return model_.make_workspace(); }

  /// A pure function: the same clip and model give the same answer, whatever the clip's gain.
  /// A clip longer than the model's longest length is cut into equal parts, whose scores are
  /// averaged by duration. Fails with invalid_argument on an empty clip.
  Result<Classification> classify(const audio::AudioClip& clip, model::Workspace& workspace) const;

 private:
  struct Calibration {
    std::vector<double> matrix;  ///< [labels, scores], row by row.
    std::vector<double> bias;    ///< [labels]
    std::vector<double> prior;   ///< [labels], sum 1: how often each class occurs.
  };
  Classifier(model::Model model, Calibration calibration, const ClassifierOptions& options)
      : model_(std::move(model)), calibration_(std::move(calibration)), options_(options) {}

  model::Model model_;
  Calibration calibration_;
  ClassifierOptions options_;
};

}  // namespace auscult::classify
