#pragma once

#include <optional>
#include <vector>

#include "beats/heartbeats.hpp"
#include "core/recording.hpp"

namespace auscult::beats {

/// A beat is premature if the interval before it is at most this share of the intervals around it:
/// breathing seldom shortens one by more than a tenth.
inline constexpr double kMaxPrematurity = 0.8;

/// An interval is a pause if it is at least this much longer than those around it; after a
/// premature beat the second, since the pause that compensates is as long as the beat was early.
inline constexpr double kMinPause = 1.35;
inline constexpr double kMinCompensatoryPause = 1.12;

/// Each cycle's length over the median of up to four whole cycles on either side of it, 1 where
/// there are fewer than three of them: [cycles].
std::vector<double> relative_lengths(const std::vector<Cycle>& cycles);

/// Lengths, spread, premature beats and pauses of the whole cycles; empty if there is none.
std::optional<Rhythm> measure_rhythm(const Heartbeats& heartbeats);

/// The middle value, the mean of both if there are two; 0 of none.
double median_of(std::vector<double> values);

}  // namespace auscult::beats
