#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "audio/clip.hpp"
#include "beats/heartbeats.hpp"
#include "signal/band_energies.hpp"

namespace auscult::features {

/// What evidence_features() gives, in its order. Levels are in decibels of relative power and never
/// depend on gain. "between" is what lies between the told heart sounds; of a clip without them,
/// everything from `told` on is 0.
inline constexpr std::array kEvidenceFeatures = std::to_array<std::string_view>({
    // The clip as it is, at 2 kHz. Shares of its power by frequency, which tell the device too.
    "log_duration",
    "share_0_25",
    "share_25_45",
    "share_45_80",
    "share_80_140",
    "share_140_250",
    "share_250_450",
    "share_450_700",
    "share_700_1000",
    "tilt",       // decibels an octave, 30 to 800 Hz
    "edge_hz",    // below it lie 99.9 % of the power
    "flatness",   // geometric over arithmetic mean, 30 to 800 Hz
    "crest",      // peak over RMS
    "kurtosis",   // natural logarithm; 1.1 for noise
    "crossings",  // of zero, share of the samples
    // Its envelope over time: how much it varies, how fast, and whether it recurs.
    "range_25_60",
    "range_60_120",
    "range_120_200",
    "range_200_400",
    "range_400_800",
    "modulation_1_2",
    "modulation_2_4",
    "modulation_4_8",
    "modulation_8_16",
    "modulation_16_50",
    "recurs_low",
    "recurs_low_second",
    "recurs_mid",
    // The heart's rhythm.
    "heart_posterior",
    "told",
    "told_share",
    "cycle_s",
    "systole_share",
    "irregularity",
    "successive_difference",
    "shortest_cycle",
    "longest_cycle",
    // Levels between the sounds against the sounds, medians over the cycles.
    "systole_25_60",
    "systole_60_120",
    "systole_120_200",
    "systole_200_400",
    "systole_400_800",
    "diastole_25_60",
    "diastole_60_120",
    "diastole_120_200",
    "diastole_200_400",
    "diastole_400_800",
    "s1_over_s2",
    "s1_pitch",
    "s2_pitch",
    // The murmur band against the quietest third, by thirds.
    "systole_early",
    "systole_middle",
    "systole_late",
    "diastole_early",
    "diastole_middle",
    "diastole_late",
    // One cycle against the others: the largest over the median.
    "systole_max_low",
    "systole_max_mid",
    "diastole_max_low",
    "diastole_max_mid",
    "s1_max",
    "s1_min",
    "s2_max",
    "s2_min",
    "odd_cycle",
    "usual_cycle",
    // Peaks between the sounds: medians over the cycles.
    "systole_peak",
    "systole_peak_level",
    "systole_peak_recurs",
    "diastole_peak",
    "diastole_peak_level",
    "diastole_peak_recurs",
    // The loudest moments between sounds (60 to 120 Hz, against the louder sound), over all
    // systoles and diastoles: one that stands alone may be an early beat, many are noise.
    "odd_peak",
    "odd_peak_second",
    "odd_peak_over_median",
    "odd_peak_over_fourth",
    "odd_level_over_median",
    "noisiest_level",
    "s2_mid_min",
    "s2_mid_spread",
});

inline constexpr std::size_t kEvidenceFeatureCount = kEvidenceFeatures.size();

/// Measures a clip and what was found in it: one finite number for each of kEvidenceFeatures,
/// whatever the clip. A pure function, the same at any gain; 10 s take about 1.5 ms.
std::vector<float> evidence_features(const audio::AudioClip& clip,
                                     const beats::Heartbeats& heartbeats);
/// The same of a clip that is at kBandsRateHz already, and of its bands.
std::vector<float> evidence_features(const audio::AudioClip& heard,
                                     const signal::BandEnergies& energies,
                                     const beats::Heartbeats& heartbeats);

}  // namespace auscult::features
