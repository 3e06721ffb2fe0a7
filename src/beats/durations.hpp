#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "beats/posteriors.hpp"

namespace auscult::beats {

/// How long one state lasts, as natural logarithms over whole frames.
struct DurationTable {
  /// Of lasting d frames exactly, at [d - 1]; -infinity where that is impossible.
  std::vector<float> log_probability;
  /// Of lasting d frames or more, at [d - 1]: for a state that the clip's edge cuts.
  std::vector<float> log_survival;

  [[nodiscard]] std::size_t max_frames() const { return log_probability.size(); }
};

/// The durations of the four states in a heart whose cycle lasts `cycle_s` (positive).
///
/// Normal distributions as in Schmidt et al. 2010 (doi:10.1088/0967-3334/31/4/004), section 2.3,
/// with means and deviations fitted to the 43,409 whole cycles annotated in CirCor, mixed with a
/// few percent of a uniform distribution: a premature beat and its pause must stay possible.
std::array<DurationTable, kStates> durations_of_cycle(double cycle_s, double frame_s);

}  // namespace auscult::beats
