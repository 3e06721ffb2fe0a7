#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace auscult::features {

/// Takes the numbers by name, in any order, and gives them in the order of kEvidenceFeatures.
/// Names are checked by assert; what is not set is 0, and so is what is not finite.
class FeatureWriter {
 public:
  FeatureWriter();
  void set(std::string_view name, double value);
  [[nodiscard]] std::vector<float> values() && { return std::move(values_); }

 private:
  std::vector<float> values_;
};

}  // namespace auscult::features
