#pragma once

#include <optional>
#include <vector>

#include "beats/posteriors.hpp"
#include "core/recording.hpp"

namespace auscult::beats {

/// One heart cycle whose sounds were all told; seconds from the clip's first sample.
struct Cycle {
  double s1_start_s = 0;
  double s1_end_s = 0;
  double s2_start_s = 0;
  double s2_end_s = 0;
  double end_s = 0;  ///< Where the next S1 begins.

  [[nodiscard]] double length_s() const { return end_s - s1_start_s; }
  bool operator==(const Cycle&) const = default;
};

/// Where the heart sounds of a clip are.
struct Heartbeats {
  std::vector<HeartSound> sounds;        ///< In order of time; empty when it cannot be told.
  std::vector<Cycle> cycles;             ///< In order of time, S1 to S1; empty when `sounds` is.
  std::optional<double> heart_rate_bpm;  ///< Empty exactly when `sounds` is.
  /// The mean posterior of the decoded states, 0 to 1, also when nothing is told: how much the
  /// clip sounds like a heart, frame by frame.
  double confidence = 0;
};

/// A sound is told if the posterior of the decoded path, averaged over the second before and the
/// second after it, is at least this (docs/beats.md has the figures).
inline constexpr double kMinSoundPosterior = 0.55;

/// Below this many whole cycles, one after the other or not, nothing is told.
inline constexpr int kMinCycles = 2;

/// Decodes the posteriors of a clip of any length, in parts of 30 s that overlap, each with its own
/// cycle length. The heart rate is that of the mean cycle, S1 to S1 and S2 to S2, over the whole
/// cycles between told sounds. A pure function.
Heartbeats find_heartbeats(const Posteriors& posteriors);

}  // namespace auscult::beats
