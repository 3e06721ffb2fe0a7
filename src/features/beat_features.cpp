#include "features/beat_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "beats/cycle_levels.hpp"
#include "beats/extra_sounds.hpp"
#include "beats/rhythm.hpp"

namespace auscult::features {
namespace {

using beats::Cycle;
using beats::CycleLevels;
using beats::median_of;
using signal::BandEnergies;
using signal::Bands;
using signal::to_db;

// Low: the band of heart sounds. Middle: that of murmurs.
enum class Range { low, middle };

double power_in(const Bands& bands, Range range) {
  return range == Range::low ? bands[0] + bands[1] : bands[2] + bands[3];
}

template <typename Value>
std::vector<double> over_cycles(const std::vector<CycleLevels>& levels, const Value& value) {
  std::vector<double> values;
  values.reserve(levels.size());
  for (const CycleLevels& level : levels) values.push_back(value(level));
  return values;
}

double mean_of_thirds(const CycleLevels& level, std::size_t first, Range range) {
  double sum = 0;
  for (std::size_t i = first; i < first + 3; ++i) sum += power_in(level.between[i], range);
  return sum / 3;
}

double spread_of(std::vector<double> values) {
  const double middle = median_of(values);
  for (double& value : values) value = std::abs(value - middle);
  return median_of(std::move(values));
}

double largest_over_median(const std::vector<double>& values) {
  return *std::ranges::max_element(values) - median_of(values);
}

double smallest_over_median(const std::vector<double>& values) {
  return *std::ranges::min_element(values) - median_of(values);
}

void write_rhythm(const BandEnergies& energies, const beats::Heartbeats& heartbeats,
                  const Rhythm& rhythm, FeatureWriter& writer) {
  const std::vector<Cycle>& cycles = heartbeats.cycles;
  double told_s = 0;
  double squares = 0;
  std::size_t pairs = 0;
  std::vector<double> lengths_s;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    told_s += cycles[i].length_s();
    lengths_s.push_back(cycles[i].length_s());
    if (i > 0 && cycles[i - 1].end_s == cycles[i].s1_start_s) {
      const double step_s = cycles[i].length_s() - cycles[i - 1].length_s();
      squares += step_s * step_s;
      ++pairs;
    }
  }
  writer.set("told_share", std::min(1.0, told_s / energies.duration_s()));
  writer.set("cycle_s", rhythm.cycle_s);
  writer.set("systole_share", rhythm.systole_s / rhythm.cycle_s);
  writer.set("irregularity", rhythm.irregularity);
  writer.set("successive_difference",
             pairs == 0 ? 0 : std::sqrt(squares / static_cast<double>(pairs)) / rhythm.cycle_s);
  writer.set("shortest_cycle", *std::ranges::min_element(lengths_s) / rhythm.cycle_s);
  writer.set("longest_cycle", *std::ranges::max_element(lengths_s) / rhythm.cycle_s);
}

void write_levels(const std::vector<CycleLevels>& levels, FeatureWriter& writer) {
  constexpr std::array<std::array<const char*, signal::kBands>, 2> kNames = {
      {{"systole_25_60", "systole_60_120", "systole_120_200", "systole_200_400", "systole_400_800"},
       {"diastole_25_60", "diastole_60_120", "diastole_120_200", "diastole_200_400",
        "diastole_400_800"}}};
  const auto median_db = [&](const auto& value) { return median_of(over_cycles(levels, value)); };
  for (std::size_t phase = 0; phase < 2; ++phase) {
    for (std::size_t band = 0; band < signal::kBands; ++band) {
      writer.set(kNames[phase][band], median_db([&](const CycleLevels& level) {
                   double sum = 0;
                   for (std::size_t i = 0; i < 3; ++i) sum += level.between[3 * phase + i][band];
                   return to_db(sum / 3) - to_db(0.5 * (level.s1[band] + level.s2[band]));
                 }));
    }
  }
  writer.set("s1_over_s2", median_db([](const CycleLevels& level) {
               return to_db(power_in(level.s1, Range::low)) - to_db(power_in(level.s2, Range::low));
             }));
  writer.set("s1_pitch", median_db([](const CycleLevels& level) {
               return to_db(level.s1[1] + level.s1[2]) - to_db(level.s1[0]);
             }));
  writer.set("s2_pitch", median_db([](const CycleLevels& level) {
               return to_db(level.s2[1] + level.s2[2]) - to_db(level.s2[0]);
             }));

  constexpr std::array<const char*, beats::kThirds> kThirdNames = {
      "systole_early",  "systole_middle",  "systole_late",
      "diastole_early", "diastole_middle", "diastole_late"};
  std::array<double, beats::kThirds> thirds_db{};
  for (std::size_t i = 0; i < beats::kThirds; ++i) {
    thirds_db[i] = median_db(
        [&](const CycleLevels& level) { return to_db(power_in(level.between[i], Range::middle)); });
  }
  const double quietest_db = *std::ranges::min_element(thirds_db);
  for (std::size_t i = 0; i < beats::kThirds; ++i) {
    writer.set(kThirdNames[i], thirds_db[i] - quietest_db);
  }
}

void write_odd_levels(const std::vector<CycleLevels>& levels, FeatureWriter& writer) {
  const auto phase_db = [&](std::size_t first, Range range) {
    return over_cycles(levels, [=](const CycleLevels& level) {
      return to_db(mean_of_thirds(level, first, range));
    });
  };
  const std::vector<double> systole_low = phase_db(0, Range::low);
  const std::vector<double> diastole_low = phase_db(3, Range::low);
  const std::vector<double> s1 = over_cycles(
      levels, [](const CycleLevels& level) { return to_db(power_in(level.s1, Range::low)); });
  const std::vector<double> s2 = over_cycles(
      levels, [](const CycleLevels& level) { return to_db(power_in(level.s2, Range::low)); });
  writer.set("systole_max_low", largest_over_median(systole_low));
  writer.set("systole_max_mid", largest_over_median(phase_db(0, Range::middle)));
  writer.set("diastole_max_low", largest_over_median(diastole_low));
  writer.set("diastole_max_mid", largest_over_median(phase_db(3, Range::middle)));
  writer.set("s1_max", largest_over_median(s1));
  writer.set("s1_min", smallest_over_median(s1));
  writer.set("s2_max", largest_over_median(s2));
  writer.set("s2_min", smallest_over_median(s2));
}

// How far each cycle's course of loudness is from the median course, in decibels.
void write_odd_courses(const BandEnergies& energies, const std::vector<Cycle>& cycles,
                       FeatureWriter& writer) {
  constexpr std::array<std::size_t, 4> kPoints = {3, 7, 3, 12};  // S1, systole, S2, diastole
  std::vector<std::vector<double>> courses;                      // [points][cycles]
  for (const Cycle& cycle : cycles) {
    const std::array<double, 5> bounds_s = {cycle.s1_start_s, cycle.s1_end_s, cycle.s2_start_s,
                                            cycle.s2_end_s, cycle.end_s};
    std::size_t point = 0;
    for (std::size_t part = 0; part < kPoints.size(); ++part) {
      const double step_s =
          (bounds_s[part + 1] - bounds_s[part]) / static_cast<double>(kPoints[part]);
      for (std::size_t i = 0; i < kPoints[part]; ++i, ++point) {
        const double start_s = bounds_s[part] + step_s * static_cast<double>(i);
        if (point == courses.size()) courses.emplace_back();
        courses[point].push_back(
            to_db(power_in(energies.mean(start_s, start_s + step_s), Range::low)));
      }
    }
  }
  std::vector<double> distances(cycles.size(), 0.0);
  for (const std::vector<double>& point : courses) {
    const double usual = median_of(point);
    for (std::size_t i = 0; i < point.size(); ++i) {
      distances[i] += std::abs(point[i] - usual) / static_cast<double>(courses.size());
    }
  }
  writer.set("odd_cycle", *std::ranges::max_element(distances));
  writer.set("usual_cycle", median_of(distances));
}

void write_peaks(const BandEnergies& energies, const std::vector<Cycle>& cycles,
                 FeatureWriter& writer) {
  using Phase = ExtraSound::Phase;
  struct Names {
    Phase phase;
    const char* rise;
    const char* level;
    const char* recurs;
  };
  constexpr std::array<Names, 2> kNames = {
      {{Phase::systole, "systole_peak", "systole_peak_level", "systole_peak_recurs"},
       {Phase::diastole, "diastole_peak", "diastole_peak_level", "diastole_peak_recurs"}}};
  constexpr double kNoPeakDb = -40;
  // Without a margin: shipped forests have learnt what stands right beside a sound, too.
  const std::vector<beats::PeakBetween> peaks = beats::find_peaks_between(energies, cycles, 0);
  for (const Names& names : kNames) {
    std::vector<double> rises(cycles.size(), 0.0);
    std::vector<double> levels(cycles.size(), kNoPeakDb);
    for (const beats::PeakBetween& peak : peaks) {
      if (peak.phase != names.phase) continue;
      rises[peak.cycle] = peak.rise_db;
      levels[peak.cycle] = std::max(kNoPeakDb, peak.level_db);
    }
    writer.set(names.rise, median_of(rises));
    writer.set(names.level, median_of(levels));
    writer.set(names.recurs, beats::recurrence(peaks, names.phase, cycles.size()));
  }
}

// The loudest moment, and the mean, of what lies between two sounds.
struct Gap {
  double peak_db = 0;   // 60 to 120 Hz, over 25 ms
  double level_db = 0;  // 60 to 120 Hz
  double noise_db = 0;  // 200 to 800 Hz
};

std::vector<Gap> find_gaps(const BandEnergies& energies, const std::vector<HeartSound>& sounds) {
  constexpr double kMarginS = 0.03;
  constexpr double kMinGapS = 0.03;
  constexpr double kMaxGapS = 1.5;  // longer, and sounds between were not told
  constexpr double kPeakS = 0.025;
  std::vector<Gap> gaps;
  for (std::size_t i = 0; i + 1 < sounds.size(); ++i) {
    const double start_s = sounds[i].end_s + kMarginS;
    const double end_s = sounds[i + 1].start_s - kMarginS;
    if (sounds[i].kind == sounds[i + 1].kind || end_s - start_s < kMinGapS ||
        end_s - start_s > kMaxGapS) {
      continue;
    }
    const Bands mean = energies.mean(start_s, end_s);
    double peak = 0;
    const auto frames = static_cast<int>((end_s - start_s) / BandEnergies::kFrameS);
    for (int frame = 0; frame <= frames; ++frame) {
      const double time_s = start_s + frame * BandEnergies::kFrameS;
      peak = std::max(peak, energies.mean(time_s - kPeakS / 2, time_s + kPeakS / 2)[1]);
    }
    gaps.push_back(
        {.peak_db = to_db(peak), .level_db = to_db(mean[1]), .noise_db = to_db(mean[3] + mean[4])});
  }
  return gaps;
}

void write_odd_peaks(const BandEnergies& energies, const std::vector<HeartSound>& sounds,
                     FeatureWriter& writer) {
  std::vector<double> s1_db;
  std::vector<double> s2_db;
  std::vector<double> s2_mid_db;
  for (const HeartSound& sound : sounds) {
    const Bands power = energies.mean(sound.start_s, sound.end_s);
    (sound.kind == HeartSound::Kind::s1 ? s1_db : s2_db).push_back(to_db(power[1]));
    if (sound.kind == HeartSound::Kind::s2) s2_mid_db.push_back(to_db(power[2]));
  }
  std::vector<double> peaks;
  std::vector<double> means;
  std::vector<double> noises;
  for (const Gap& gap : find_gaps(energies, sounds)) {
    peaks.push_back(gap.peak_db);
    means.push_back(gap.level_db);
    noises.push_back(gap.noise_db);
  }
  constexpr std::size_t kMinGaps = 4;
  if (peaks.size() < kMinGaps || s1_db.empty() || s2_db.empty()) return;
  const double sound_db = std::max(median_of(std::move(s1_db)), median_of(std::move(s2_db)));
  writer.set("odd_level_over_median", largest_over_median(means));
  writer.set("noisiest_level", *std::ranges::max_element(noises) - sound_db);
  writer.set("s2_mid_min", smallest_over_median(s2_mid_db));
  writer.set("s2_mid_spread", spread_of(std::move(s2_mid_db)));
  writer.set("odd_peak_over_median", largest_over_median(peaks));
  std::ranges::sort(peaks, std::greater());
  writer.set("odd_peak", peaks[0] - sound_db);
  writer.set("odd_peak_second", peaks[1] - sound_db);
  writer.set("odd_peak_over_fourth", peaks[0] - peaks[3]);
}

}  // namespace

void write_beat_features(const BandEnergies& energies, const beats::Heartbeats& heartbeats,
                         FeatureWriter& writer) {
  writer.set("heart_posterior", heartbeats.confidence);
  const std::optional<Rhythm> rhythm = beats::measure_rhythm(heartbeats);
  if (!rhythm) return;
  writer.set("told", 1);
  write_rhythm(energies, heartbeats, *rhythm, writer);
  const std::vector<CycleLevels> levels = beats::measure_levels(energies, heartbeats.cycles);
  write_levels(levels, writer);
  write_odd_levels(levels, writer);
  write_odd_courses(energies, heartbeats.cycles, writer);
  write_peaks(energies, heartbeats.cycles, writer);
  write_odd_peaks(energies, heartbeats.sounds, writer);
}

}  // namespace auscult::features
