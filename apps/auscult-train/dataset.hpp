#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::train {

inline constexpr std::array<std::string_view, 5> kLabels = {"Artifact", "Murmur", "Normal",
                                                            "Extrahls", "Extrastole"};
inline constexpr int kArtifact = 0;
inline constexpr int kUnlabelled = -1;
inline constexpr int kFolds = 5;  ///< Of the manifests, numbered from 0.

/// Reports (done, all).
using LoadListener = std::function<void(std::size_t, std::size_t)>;

/// What the network is taught and judged on: one recording at 2 kHz.
struct Example {
  std::string file;            ///< Relative to the data folder.
  std::string group;           ///< Never split between folds.
  std::string source;          ///< "A" (phone) or "B" (DigiScope) of PASCAL, or "circor".
  std::string patient;         ///< CirCor's, else empty.
  std::string patient_murmur;  ///< CirCor's Present, Absent or Unknown, else empty.
  int fold = 0;
  bool unseen = false;         ///< Of a set that is judged by what never heard any of it.
  int label = kUnlabelled;     ///< Into kLabels.
  int murmur = kUnlabelled;    ///< CirCor: 1 heard here, 0 the patient has none; see below.
  int diseased = kUnlabelled;  ///< Of sets that are only judged: 1 diseased, 0 healthy.
  std::vector<float> samples;
  std::vector<float> features;  ///< features::evidence_features(), once they are measured.
  /// Those of a cleaned piece (cleaning.hpp), of the healthy that are unlabelled; else empty.
  std::vector<float> cleaned_features;

  /// Known to be of a healthy heart, whatever the device.
  [[nodiscard]] bool is_healthy() const { return diseased == 0 || patient_murmur == "Absent"; }
};

struct Dataset {
  std::vector<Example> examples;
};

/// Reads `<folder>/pascal/manifest.csv` (or, if there is none, `<folder>/manifest.csv`, as the
/// service exports it) and, if it is there, `<folder>/circor2022/manifest.csv`, and decodes every
/// recording to 2 kHz with the service's own functions.
///
/// CirCor's locations where the murmur of a patient is not heard, and patients of whom it is not
/// known, stay unlabelled: neither is evidence of absence.
/// Fails with not_found, malformed_audio or invalid_argument, naming the file.
Result<Dataset> load_dataset(const std::string& folder, const LoadListener& listener);

/// Adds sets from other devices: `<folder>/yaseen2018` and `<folder>/physionet2016`,
/// where they are there, as sources "yaseen" and "physionet-<site>", and `synthetic` sounds that
/// are no heart (negatives.hpp), 10 s each, as source "synthetic". All are dealt over the folds, so
/// that each is judged by the networks of one. No network is trained on them; the forest learns
/// from the healthy of both sets, and where it judges one of them, from neither. Fails as
/// load_dataset() does.
Status add_unseen(const std::string& folder, int synthetic, Dataset& dataset,
                  const LoadListener& listener);

}  // namespace auscult::train
