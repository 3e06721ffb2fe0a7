#include "beats/cycle_levels.hpp"

#include <algorithm>
#include <array>

#include "beats/rhythm.hpp"

namespace auscult::beats {
namespace {

constexpr double kMarginS = 0.015;
constexpr std::array<std::size_t, 2> kMurmurBands = {2, 3};  // 120 to 400 Hz
constexpr double kClearlyLouderDiastoleDb = 3;
constexpr double kClearlyUnequalDb = 3;

// A third of what lies between two sounds, without the margins.
signal::Bands third_of(const signal::BandEnergies& energies, double start_s, double end_s,
                       int third) {
  const double margin_s = std::min(kMarginS, 0.2 * (end_s - start_s));
  const double begin_s = start_s + margin_s;
  const double part_s = (end_s - start_s - 2 * margin_s) / 3;
  return energies.mean(begin_s + part_s * third, begin_s + part_s * (third + 1));
}

}  // namespace

std::vector<CycleLevels> measure_levels(const signal::BandEnergies& energies,
                                        const std::vector<Cycle>& cycles) {
  std::vector<CycleLevels> levels;
  levels.reserve(cycles.size());
  for (const Cycle& cycle : cycles) {
    CycleLevels level{.s1 = energies.mean(cycle.s1_start_s, cycle.s1_end_s),
                      .s2 = energies.mean(cycle.s2_start_s, cycle.s2_end_s),
                      .between = {}};
    for (int third = 0; third < 3; ++third) {
      const auto i = static_cast<std::size_t>(third);
      level.between[i] = third_of(energies, cycle.s1_end_s, cycle.s2_start_s, third);
      level.between[3 + i] = third_of(energies, cycle.s2_end_s, cycle.end_s, third);
    }
    levels.push_back(level);
  }
  return levels;
}

std::optional<Murmur> measure_murmur(const std::vector<CycleLevels>& levels) {
  if (levels.empty()) return std::nullopt;
  std::array<double, kThirds> power{};
  for (std::size_t third = 0; third < kThirds; ++third) {
    std::vector<double> of_cycles;
    for (const CycleLevels& level : levels) {
      double sum = 0;
      for (const std::size_t band : kMurmurBands) sum += level.between[third][band];
      of_cycles.push_back(sum);
    }
    power[third] = median_of(std::move(of_cycles));
  }
  const double quietest_db = signal::to_db(*std::ranges::min_element(power));
  const auto mean_db = [&](std::size_t first) {
    return signal::to_db((power[first] + power[first + 1] + power[first + 2]) / 3) - quietest_db;
  };

  Murmur murmur{.timing = {}, .systole_db = mean_db(0), .diastole_db = mean_db(3)};
  if (std::max(murmur.systole_db, murmur.diastole_db) < kMinMurmurDb) return murmur;
  if (murmur.diastole_db > murmur.systole_db + kClearlyLouderDiastoleDb) {
    murmur.timing = Murmur::Timing::diastolic;
  } else if (murmur.systole_db >= kMinMurmurDb) {
    const double fall_db = signal::to_db(power[0]) - signal::to_db(power[2]);
    murmur.timing = fall_db > kClearlyUnequalDb    ? Murmur::Timing::early_systolic
                    : fall_db < -kClearlyUnequalDb ? Murmur::Timing::late_systolic
                                                   : Murmur::Timing::holosystolic;
  }
  return murmur;
}

}  // namespace auscult::beats
