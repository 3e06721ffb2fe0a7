#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "dataset.hpp"
#include "extra_trees.hpp"

namespace auscult::train {

/// What the forest tells apart. Murmurs are left to the network: between the days and devices of
/// PASCAL's set A the measured features tell the recording, not the heart.
inline constexpr std::array<std::string_view, 4> kForestClasses = {"Artifact", "Normal", "Extrahls",
                                                                   "Extrastole"};

/// Measures features::evidence_features() of every example and, of the healthy from other devices,
/// of a cleaned piece too: the same for the same place in the dataset. Fails as the detector does.
Status measure_features(const beats::HeartSoundDetector& detector, Dataset& dataset,
                        const LoadListener& listener);

/// What a forest does not learn from.
struct HeldOut {
  int fold = -1;        ///< -1: no fold.
  bool unseen = false;  ///< Also leaves out the sets that are `unseen`.
};

/// What the forest is grown on, of all that lies outside a fold: PASCAL without its murmurs, each
/// class with weight 1, and, also with weight 1 together, everything from other devices that is
/// known to be healthy, as Normal, whole and as cleaned pieces: so that neither an unknown device
/// nor a cleaned recording is a reason to be called Extrahls. The features must have been measured.
TreeRows forest_rows(const Dataset& dataset, const HeldOut& held_out);

/// Grows the forest on these rows.
std::vector<Tree> grow_forest(const Dataset& dataset, const HeldOut& held_out);

/// model::Forest::log_score() of each example by a forest that was grown without it:
/// [examples][kForestClasses].
std::vector<std::vector<double>> forest_scores_out_of_fold(const Dataset& dataset, int jobs);

/// The trees as forest.onnx.
std::string forest_file(const std::vector<Tree>& trees);

}  // namespace auscult::train
