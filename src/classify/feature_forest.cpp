#include "classify/feature_forest.hpp"

#include <algorithm>
#include <string>

#include "core/hash.hpp"
#include "features/evidence_features.hpp"
#include "model/file.hpp"

namespace auscult::classify {

Result<FeatureForest> FeatureForest::load(const std::filesystem::path& file,
                                          std::string_view sha256) {
  const Result<std::vector<std::byte>> bytes = model::read_file(file);
  if (!bytes) return bytes.error();
  if (sha256_hex(*bytes) != sha256) {
    return fail(ErrorCode::unsupported_model,
                file.string() + " is not the file that model.onnx was calibrated with");
  }
  Result<model::Forest> forest = model::Forest::decode(*bytes);
  if (!forest) return forest.error();
  std::vector<std::size_t> columns;
  for (const std::string& name : forest->features()) {
    const auto* const found = std::ranges::find(features::kEvidenceFeatures, name);
    if (found == features::kEvidenceFeatures.end()) {
      return fail(ErrorCode::unsupported_model,
                  file.string() + " asks for a feature '" + name + "', which is not measured");
    }
    columns.push_back(static_cast<std::size_t>(found - features::kEvidenceFeatures.begin()));
  }
  return FeatureForest(*std::move(forest), std::move(columns));
}

std::vector<double> FeatureForest::log_score(const audio::AudioClip& heard,
                                             const signal::BandEnergies& energies,
                                             const beats::Heartbeats& heartbeats) const {
  const std::vector<float> measured = features::evidence_features(heard, energies, heartbeats);
  std::vector<float> chosen;
  for (const std::size_t column : columns_) chosen.push_back(measured[column]);
  return forest_.log_score(chosen);
}

}  // namespace auscult::classify
