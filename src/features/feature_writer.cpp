#include "features/feature_writer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "features/evidence_features.hpp"

namespace auscult::features {

FeatureWriter::FeatureWriter() : values_(kEvidenceFeatureCount, 0.0F) {}

void FeatureWriter::set(std::string_view name, double value) {
  const auto* const found = std::ranges::find(kEvidenceFeatures, name);
  assert(found != kEvidenceFeatures.end());
  const auto narrow = static_cast<float>(value);
  values_[static_cast<std::size_t>(found - kEvidenceFeatures.begin())] =
      std::isfinite(narrow) ? narrow : 0.0F;
}

}  // namespace auscult::features
