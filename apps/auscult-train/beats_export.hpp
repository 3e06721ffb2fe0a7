#pragma once

#include <map>
#include <string>

#include "auscult/result.hpp"
#include "weights.hpp"

namespace auscult::train {

/// Writes learn_beats()' network with its front end as one ONNX graph, in the form that
/// beats::HeartSoundDetector loads. The bytes depend on nothing but the arguments; `provenance`
/// goes into the file's metadata. Fails with storage_failure.
Status export_beats(const Weights& weights, const std::map<std::string, std::string>& provenance,
                    const std::string& path);

}  // namespace auscult::train
