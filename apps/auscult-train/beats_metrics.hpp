#pragma once

#include <optional>
#include <vector>

#include "beats/heartbeats.hpp"
#include "beats_recordings.hpp"

/// How well the heart sounds of one recording were found.
namespace auscult::train {

inline constexpr double kSoundToleranceS = 0.06;

/// Sounds found, imagined and missed.
struct SoundCounts {
  int found = 0;
  int imagined = 0;
  int missed = 0;

  [[nodiscard]] double f1() const {
    return found == 0 ? 0 : 2.0 * found / (2 * found + imagined + missed);
  }
  SoundCounts& operator+=(const SoundCounts& other);
};

/// Annotated against detected. Sounds match one to one if they are of one kind and begin within
/// kSoundToleranceS. What was detected outside the annotated stretches counts for nothing, nor does
/// a sound that a stretch's edge, or the recording's, may have cut.
struct BeatComparison {
  SoundCounts s1;
  SoundCounts s2;
  std::vector<double> onset_errors_s;  ///< Detected minus annotated, for each sound found.
  /// From the mean annotated cycle, S1 to S1; empty if there are fewer than two cycles.
  std::optional<double> annotated_rate_bpm;
  /// The same from the detected sounds within the same stretches.
  std::optional<double> detected_rate_bpm;
};

BeatComparison compare_beats(const beats::Heartbeats& heartbeats,
                             const std::vector<AnnotatedState>& annotation);

}  // namespace auscult::train
