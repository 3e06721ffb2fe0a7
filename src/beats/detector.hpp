#pragma once

#include <filesystem>
#include <utility>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/heartbeats.hpp"
#include "model/model.hpp"

namespace auscult::beats {

/// Finds the heart sounds of a clip: a network that judges every moment by itself, and a decoder
/// that knows how hearts beat. Immutable after load(); any thread, with one Workspace each.
class HeartSoundDetector {
 public:
  /// `model_file` is an ONNX graph (docs/model-format.md) whose window scores are the logarithms
  /// of the odds of S1, systole, S2 and diastole, in that order, for windows without gap or
  /// overlap. Fails as model::Model::load() does, and with unsupported_model on any other graph.
  static Result<HeartSoundDetector> load(const std::filesystem::path& model_file,
                                         model::Precision precision);

  [[nodiscard]] const model::ModelInfo& model() const { return model_.info(); }
  [[nodiscard]] model::Workspace make_workspace() const { return model_.make_workspace(); }

  /// A pure function; the clip's gain does not matter. A clip longer than the model's longest
  /// length is read in overlapping parts. Fails with invalid_argument on an empty clip.
  Result<Heartbeats> detect(const audio::AudioClip& clip, model::Workspace& workspace) const;

  /// What detect() decodes: the network's view of the clip.
  Result<Posteriors> posteriors(const audio::AudioClip& clip, model::Workspace& workspace) const;

 private:
  explicit HeartSoundDetector(model::Model model) : model_(std::move(model)) {}

  model::Model model_;
};

}  // namespace auscult::beats
