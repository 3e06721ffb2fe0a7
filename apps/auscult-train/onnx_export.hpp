#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "weights.hpp"

namespace auscult::train {

/// The lengths the service pads a clip to, in samples: each a whole number of window hops, so that
/// the windows reach the end.
inline constexpr std::array kLengths = {10'000, 15'000, 20'000, 40'000, 60'000};
inline constexpr double kWindowS = 5.0;
inline constexpr double kWindowHopS = 2.5;

/// Writes one ONNX graph: `samples` and `mask` [1, N] to `scores` [1, kScores], the mean over the
/// networks of `ensemble`, and `window_scores` [1, W, kScores], the same head on kWindowS of the
/// feature map at a time. The front end is shared, batch norms are folded. Fails with
/// storage_failure.
Status export_onnx(const std::vector<Weights>& ensemble,
                   const std::map<std::string, std::string>& metadata, const std::string& path);

}  // namespace auscult::train
