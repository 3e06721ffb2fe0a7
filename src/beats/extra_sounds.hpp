#pragma once

#include <cstddef>
#include <vector>

#include "beats/heartbeats.hpp"
#include "core/recording.hpp"
#include "signal/band_energies.hpp"

namespace auscult::beats {

/// The highest peak of one systole or diastole in the band of heart sounds, 25 to 120 Hz.
struct PeakBetween {
  std::size_t cycle = 0;  ///< Which of the heartbeats' cycles.
  ExtraSound::Phase phase = ExtraSound::Phase::systole;
  double time_s = 0;
  double offset_s = 0;  ///< From the end of the sound before it.
  double rise_db = 0;   ///< Above the quieter of the two valleys that part it from the sounds...
  double level_db = 0;  ///< Of the louder sound of its cycle; usually negative.
  double start_s = 0;   ///< Where it has risen, and fallen, to 6 dB below its top.
  double end_s = 0;
};

/// Nearer to a sound than this a peak is the sound itself, whose bounds are not that exact.
inline constexpr double kPeakMarginS = 0.03;

/// One for each systole and diastole that has a peak at all, `margin_s` from the sounds at least,
/// in order of time. Power is smoothed over 25 ms.
std::vector<PeakBetween> find_peaks_between(const signal::BandEnergies& energies,
                                            const std::vector<Cycle>& cycles,
                                            double margin_s = kPeakMarginS);

/// The peaks that are sounds: 9 dB above both valleys around them and at most 24 dB below the
/// heart sounds. A recurring one, at the same place (within 40 ms) in half of the cycles, needs 6.
std::vector<ExtraSound> find_extra_sounds(const std::vector<PeakBetween>& peaks);

/// How many cycles have a sound of find_extra_sounds() at the place where most have one, as a
/// share of `cycles`, 0 to 1.
double recurrence(const std::vector<PeakBetween>& peaks, ExtraSound::Phase phase,
                  std::size_t cycles);

}  // namespace auscult::beats
