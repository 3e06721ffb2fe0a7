#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/heartbeats.hpp"
#include "model/forest.hpp"
#include "signal/band_energies.hpp"

namespace auscult::classify {

/// A second opinion beside the network's: a forest over what was measured of the clip and between
/// its heart sounds (features::evidence_features). Immutable; any thread.
class FeatureForest {
 public:
  /// Reads forest.onnx. Fails with not_found; with unsupported_model as Forest::decode() does, or
  /// if it asks for a feature that is not measured, or if its SHA-256 is not `sha256`.
  static Result<FeatureForest> load(const std::filesystem::path& file, std::string_view sha256);

  [[nodiscard]] std::size_t class_count() const { return forest_.classes().size(); }

  /// Forest::log_score() of a clip at kBandsRateHz, with its bands and its heartbeats.
  [[nodiscard]] std::vector<double> log_score(const audio::AudioClip& heard,
                                              const signal::BandEnergies& energies,
                                              const beats::Heartbeats& heartbeats) const;

 private:
  FeatureForest(model::Forest forest, std::vector<std::size_t> columns)
      : forest_(std::move(forest)), columns_(std::move(columns)) {}

  model::Forest forest_;
  std::vector<std::size_t> columns_;  // Of each feature of the forest in kEvidenceFeatures.
};

}  // namespace auscult::classify
