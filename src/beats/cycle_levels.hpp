#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "beats/heartbeats.hpp"
#include "core/recording.hpp"
#include "signal/band_energies.hpp"

namespace auscult::beats {

/// The parts of a cycle between its sounds: thirds of systole, then thirds of diastole.
inline constexpr std::size_t kThirds = 6;

/// The mean power of one cycle, part by part and band by band.
struct CycleLevels {
  signal::Bands s1{};
  signal::Bands s2{};
  std::array<signal::Bands, kThirds> between{};
};

/// Of each whole cycle. What lies within 15 ms of a sound counts for neither: the sound fades.
std::vector<CycleLevels> measure_levels(const signal::BandEnergies& energies,
                                        const std::vector<Cycle>& cycles);

/// What stands out between the sounds by at least this may be called a murmur: in CirCor so much is
/// found in 1.7 % of the recordings of patients without a murmur, and where one is heard in 59 %.
inline constexpr double kMinMurmurDb = 6;

/// The level in the murmur band (120 to 400 Hz) of systole and of diastole against the quietest of
/// the six thirds, each the median over the cycles; empty without cycles.
///
/// Timing: none below kMinMurmurDb. Diastolic, if diastole is louder than systole by 3 dB. Else
/// early or late, if the first or last third of systole is louder than the other by 3 dB; else
/// holosystolic.
std::optional<Murmur> measure_murmur(const std::vector<CycleLevels>& levels);

}  // namespace auscult::beats
