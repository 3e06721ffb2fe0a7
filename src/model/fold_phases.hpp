#pragma once

#include <optional>
#include <vector>

#include "model/graph.hpp"

namespace auscult::model {

/// Pairs of filters of one frequency each, a quarter of a period apart, turned until one of them is
/// the same read backwards (even) and the other is its own negative (odd): what is left of a filter
/// is its first half, applied to sums and differences of samples as far from either end.
struct FoldedFilters {
  Tensor even;   ///< [P, (taps + 1) / 2]
  Tensor odd;    ///< [P, taps / 2]
  Tensor bands;  ///< [B, P]: weights of even^2 + odd^2.
};

/// The same bands of powers with half the multiplications: a pair's power does not depend on its
/// phase. `filters` are [M, ...], all but the first dimension one after the other taken as time,
/// and `bands` [B, M, 1]. Nothing unless each filter has a partner of the same weights in all
/// bands, with which it can be turned so to within rounding, or if there are more than 4,096 of
/// them.
std::optional<FoldedFilters> fold_phases(const Tensor& filters, const Tensor& bands);

}  // namespace auscult::model
