#pragma once

#include <vector>

#include "beats/posteriors.hpp"

namespace auscult::beats {

inline constexpr double kMinRateBpm = 30;
inline constexpr double kMaxRateBpm = 220;

/// What the length of one heart cycle may be, in seconds, ascending: at most kMaxCandidates, each
/// within kMinRateBpm to kMaxRateBpm and shorter than half of the clip. Empty if the clip is too
/// short for two cycles, or nothing in it recurs.
///
/// The first high peaks of the autocorrelation of the posteriors, summed over the four states: S1
/// meets S1 and not S2, so that systole is not taken for a cycle, as happens with an envelope.
std::vector<double> cycle_length_candidates(const Posteriors& posteriors);

inline constexpr std::size_t kMaxCandidates = 3;

}  // namespace auscult::beats
