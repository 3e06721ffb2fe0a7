#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "classify/calibration.hpp"
#include "classify/feature_forest.hpp"
#include "classify/heard.hpp"
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
  /// How often classes occur where the service is used, by label: shares of all recordings. Labels
  /// that are not named share the rest as they did in the data the model was calibrated on.
  std::map<std::string, double> prevalence = {};
};

/// Whether an answer is to say how much each moment speaks for it (add_evidence()), which takes one
/// more run of the network for each window and heart sound.
enum class Evidence { omit, include };

/// The memory one worker needs; not shared between threads at the same time.
struct Workspace {
  model::Workspace network;
  std::optional<model::Workspace> beats;
  std::shared_ptr<const int> made_for;  ///< The classifier's token.
};

/// From a clip to one calibrated answer. Immutable after load(); any thread, with one Workspace
/// each.
class Classifier {
 public:
  /// `model_folder` holds model.onnx; if heart sounds are to be found too, beats.onnx
  /// (docs/beats.md); and forest.onnx if the metadata of model.onnx name it (docs/model-format.md).
  /// Fails as Model::load() does, with unsupported_model on calibration metadata that does not fit
  /// the labels or the scores, and with invalid_argument on a prevalence that is none.
  static Result<Classifier> load(const std::filesystem::path& model_folder,
                                 const ClassifierOptions& options);

  [[nodiscard]] const model::ModelInfo& model() const { return model_.info(); }
  /// What the decision rule takes as each label's frequency.
  [[nodiscard]] const std::vector<double>& prior() const { return calibration_.prior(); }
  [[nodiscard]] Workspace make_workspace() const;
  /// Makes `workspace` anew if it is another classifier's.
  void fit(Workspace& workspace) const;

  /// The sample rates at which a Listener is to hear what is to be classified.
  [[nodiscard]] const std::vector<int>& rates_hz() const { return rates_hz_; }
  /// What a recording of so many seconds takes beside the workspace while it is heard and
  /// classified: itself at these rates, while it grows twice, and its bands in doubles.
  [[nodiscard]] std::size_t analysis_bytes(double duration_s) const;

  /// A pure function: the same sound and model give the same answer. What is longer than the
  /// model's longest length is cut into equal parts, whose scores are averaged. What
  /// is_judgeable() denies is an Artifact for certain, if the model knows that label. Fails with
  /// invalid_argument if there are no samples.
  Result<Classification> classify(const Heard& heard, Workspace& workspace,
                                  Evidence evidence = Evidence::omit) const;
  Result<Classification> classify(const audio::AudioClip& clip, Workspace& workspace,
                                  Evidence evidence = Evidence::omit) const {
    return classify(listen(clip, rates_hz_), workspace, evidence);
  }

 private:
  Classifier(model::Model model, std::optional<beats::HeartSoundDetector> beats,
             std::optional<FeatureForest> forest, Calibration calibration, Decision decision);

  model::Model model_;
  std::optional<beats::HeartSoundDetector> beats_;
  std::optional<FeatureForest> forest_;  // Only with beats_.
  Calibration calibration_;
  Decision decision_;
  std::vector<int> rates_hz_;
  // Its address is the classifier's own for as long as any workspace holds it.
  std::shared_ptr<const int> token_ = std::make_shared<const int>(0);
};

}  // namespace auscult::classify
