#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "json/json.hpp"
#include "manifest.hpp"

namespace auscult::cli {

/// A recording whose answer is there.
struct Judged {
  const LabelledFile* file = nullptr;  ///< Of a set that outlives this.
  std::vector<double> probabilities;
  int decided = 0;  ///< By the decision rule.
};

/// What a model's answers are measured with.
struct Measured {
  std::vector<std::string> labels;
  std::vector<double> prior;  ///< Of the decision rules.
};

/// All figures of one set: of the whole (`all`: evaluation::class_report; `murmur`:
/// murmur_figures), of each device apart, since the device gives much away (`device NAME`, `murmur,
/// device NAME`), and `examples`, a few answers by which a file can be recognised: [{file, class,
/// probabilities}], the files relative to `folder`.
json::Json set_figures(std::span<const Judged> judged, const Measured& model,
                       const std::filesystem::path& folder);

/// The figures of recordings where only a murmur is known or not: {recordings, groups,
/// auroc_murmur_normal (of ln p(Murmur) / p(Normal)), auroc_murmur (of p(Murmur)), auroc_not_normal
/// (of 1 - p(Normal)), sensitivity and specificity of the answer Murmur, healthy_called_normal}.
/// Empty unless the model has labels Murmur and Normal.
json::Json murmur_figures(std::span<const Judged> judged, const std::vector<std::string>& labels);

}  // namespace auscult::cli
