#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "beats_recordings.hpp"

/// What a heart-sound detector is worth, measured with the service's own code.
namespace auscult::train {

using ProgressListener = std::function<void(std::size_t done, std::size_t all)>;

/// Gives the detector for a fold's recordings: one that has not seen them.
using DetectorOfFold = std::function<const beats::HeartSoundDetector&(int fold)>;

/// S1 and S2 within kSoundToleranceS, heart rate and the share told, over annotated recordings.
Result<nlohmann::ordered_json> evaluate_segmentation(const std::vector<HeartRecording>& recordings,
                                                     const DetectorOfFold& detector_of,
                                                     const ProgressListener& progress);

/// The positions of `<folder>/pascal/set_a_timing.csv` against the middles of the sounds.
Result<nlohmann::ordered_json> evaluate_pascal_timing(const std::string& folder,
                                                      const beats::HeartSoundDetector& detector);

/// How well the confidence, and "no heart beat found", tell artifacts of PASCAL and PhysioNet's
/// poor recordings from the rest, and Yaseen's clean ones as a check; none was used in training.
Result<nlohmann::ordered_json> evaluate_quality(const std::string& folder,
                                                const beats::HeartSoundDetector& detector,
                                                const ProgressListener& progress);

}  // namespace auscult::train
