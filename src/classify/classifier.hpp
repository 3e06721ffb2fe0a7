#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "classify/calibration.hpp"
#include "core/recording.hpp"
#include "model/model.hpp"

namespace auscult::classify {

/// How the class is chosen from the calibrated probabilities p: the largest p / prior^weight, with
/// weight 0 (natural: the most probable class), 1/2 (sqrt) or 1 (balanced: every class as if it
/// were equally frequent). The confidence is p of the chosen class in all three.
enum class Decision { natural, sqrt, balanced };

std::string_view to_string(Decision decision);
std::optional<Decision> parse_decision(std::string_view name);

struct ClassifierOptions {
  model::Precision precision = model::Precision::automatic;
  Decision decision = Decision::sqrt;
};

/// The memory one worker needs; not shared between threads at the same time.
struct Workspace {
  model::Workspace network;
  std::optional<model::Workspace> beats;
};

/// From a clip to one calibrated answer. Immutable after load(); any thread, with one Workspace
/// each.
class Classifier {
 public:
  /// `model_folder` holds model.onnx and, if heart sounds are to be found too, beats.onnx
  /// (docs/beats.md). Fails as Model::load() does, and with unsupported_model on calibration
  /// metadata that does not fit the labels or the scores.
  static Result<Classifier> load(const std::filesystem::path& model_folder,
                                 const ClassifierOptions& options);

  [[nodiscard]] const model::ModelInfo& model() const { return model_.info(); }
  /// What the decision rule takes as each label's frequency.
  [[nodiscard]] const std::vector<double>& prior() const { return calibration_.prior(); }
  [[nodiscard]] Workspace make_workspace() const;

  /// A pure function: the same clip and model give the same answer. A clip longer than the model's
  /// longest length is cut into equal parts, whose scores are averaged. What is_judgeable() denies
  /// is an Artifact for certain, if the model knows that label. Fails with invalid_argument on an
  /// empty clip.
  Result<Classification> classify(const audio::AudioClip& clip, Workspace& workspace) const;

 private:
  Classifier(model::Model model, std::optional<beats::HeartSoundDetector> beats,
             Calibration calibration, Decision decision)
      : model_(std::move(model)),
        beats_(std::move(beats)),
        calibration_(std::move(calibration)),
        decision_(decision) {}

  /// Adds heart sounds and rate to the answer, or the reason why there are none.
  Status add_beats(const audio::AudioClip& clip, Workspace& workspace,
                   Classification& answer) const;

  model::Model model_;
  std::optional<beats::HeartSoundDetector> beats_;
  Calibration calibration_;
  Decision decision_;
};

}  // namespace auscult::classify
