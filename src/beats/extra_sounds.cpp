#include "beats/extra_sounds.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace auscult::beats {
namespace {

using signal::BandEnergies;

constexpr std::size_t kFirstBand = 0;  // 25 Hz...
constexpr std::size_t kLastBand = 1;   // ... to 120 Hz
constexpr std::size_t kSmoothFrames = 5;

constexpr double kMinRiseDb = 9;
constexpr double kMinRecurringRiseDb = 6;
constexpr double kMinLevelDb = -24;
constexpr double kSamePlaceS = 0.04;
constexpr double kMinRecurrence = 0.5;
constexpr double kWidthDb = 6;

std::size_t frame_of(double time_s, std::size_t frames) {
  const double frame = std::round(time_s / BandEnergies::kFrameS);
  return static_cast<std::size_t>(std::clamp(frame, 0.0, static_cast<double>(frames)));
}

// Power in the band of heart sounds over time, in decibels.
std::vector<double> smoothed_db(const BandEnergies& energies) {
  const std::size_t frames = energies.frames();
  std::vector<double> sums(frames + 1, 0.0);
  for (std::size_t t = 0; t < frames; ++t) {
    sums[t + 1] = sums[t] + energies.at(t, kFirstBand, kLastBand);
  }
  std::vector<double> smooth(frames);
  for (std::size_t t = 0; t < frames; ++t) {
    const std::size_t begin = t - std::min(t, kSmoothFrames / 2);
    const std::size_t end = std::min(t + kSmoothFrames / 2 + 1, frames);
    smooth[t] = signal::to_db((sums[end] - sums[begin]) / static_cast<double>(end - begin));
  }
  return smooth;
}

double highest(std::span<const double> db, std::size_t begin, std::size_t end) {
  const auto part = db.subspan(begin, end - begin);
  return part.empty() ? signal::to_db(0) : *std::ranges::max_element(part);
}

// The top between two sounds that rises most above the valleys around it. `before_s` and
// `after_s` are the middles of the sounds: a slope of theirs has no valley and is no peak.
struct Top {
  std::size_t frame = 0;
  double rise_db = 0;
};

Top find_top(std::span<const double> db, std::size_t before, std::size_t begin, std::size_t end,
             std::size_t after) {
  // The lowest value so far, from either side.
  std::vector<double> valley_after(after - before + 1, 0.0);
  double lowest = db[after];
  for (std::size_t t = after + 1; t-- > before;) {
    lowest = std::min(lowest, db[t]);
    valley_after[t - before] = lowest;
  }
  Top top;
  lowest = db[before];
  for (std::size_t t = before; t < end; ++t) {
    lowest = std::min(lowest, db[t]);
    if (t < begin) continue;
    const double rise_db = db[t] - std::max(lowest, valley_after[t - before]);
    if (rise_db > top.rise_db) top = {.frame = t, .rise_db = rise_db};
  }
  return top;
}

bool is_loud(const PeakBetween& peak) { return peak.level_db >= kMinLevelDb; }

// How many loud peaks of the same phase lie at the place of `peak`, itself too.
std::size_t count_at_place(const std::vector<PeakBetween>& peaks, const PeakBetween& peak) {
  return static_cast<std::size_t>(std::ranges::count_if(peaks, [&](const PeakBetween& other) {
    return other.phase == peak.phase && is_loud(other) && other.rise_db >= kMinRecurringRiseDb &&
           std::abs(other.offset_s - peak.offset_s) <= kSamePlaceS;
  }));
}

}  // namespace

std::vector<PeakBetween> find_peaks_between(const BandEnergies& energies,
                                            const std::vector<Cycle>& cycles, double margin_s) {
  const std::vector<double> db = smoothed_db(energies);
  if (db.empty()) return {};
  std::vector<PeakBetween> peaks;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    const Cycle& cycle = cycles[i];
    const auto frame = [&](double time_s) { return frame_of(time_s, db.size() - 1); };
    const double next_s1_s = cycle.end_s + 0.5 * (cycle.s1_end_s - cycle.s1_start_s);
    const std::size_t s1 = frame(0.5 * (cycle.s1_start_s + cycle.s1_end_s));
    const std::size_t s2 = frame(0.5 * (cycle.s2_start_s + cycle.s2_end_s));
    const std::size_t next_s1 = frame(next_s1_s);
    const double loudest_db = std::max(highest(db, frame(cycle.s1_start_s), frame(cycle.s1_end_s)),
                                       highest(db, frame(cycle.s2_start_s), frame(cycle.s2_end_s)));
    const auto add = [&](ExtraSound::Phase phase, std::size_t before, double start_s, double end_s,
                         std::size_t after) {
      const std::size_t begin = frame(start_s + margin_s);
      const std::size_t end = frame(end_s - margin_s);
      if (end <= begin || after <= before) return;
      const Top top = find_top(db, before, begin, end, after);
      if (top.rise_db <= 0) return;
      std::size_t first = top.frame;
      std::size_t last = top.frame;
      while (first > begin && db[first - 1] > db[top.frame] - kWidthDb) --first;
      while (last + 1 < end && db[last + 1] > db[top.frame] - kWidthDb) ++last;
      const double time_s = (static_cast<double>(top.frame) + 0.5) * BandEnergies::kFrameS;
      peaks.push_back({.cycle = i,
                       .phase = phase,
                       .time_s = time_s,
                       .offset_s = time_s - start_s,
                       .rise_db = top.rise_db,
                       .level_db = db[top.frame] - loudest_db,
                       .start_s = static_cast<double>(first) * BandEnergies::kFrameS,
                       .end_s = static_cast<double>(last + 1) * BandEnergies::kFrameS});
    };
    add(ExtraSound::Phase::systole, s1, cycle.s1_end_s, cycle.s2_start_s, s2);
    add(ExtraSound::Phase::diastole, s2, cycle.s2_end_s, cycle.end_s, next_s1);
  }
  return peaks;
}

double recurrence(const std::vector<PeakBetween>& peaks, ExtraSound::Phase phase,
                  std::size_t cycles) {
  std::size_t most = 0;
  for (const PeakBetween& peak : peaks) {
    if (peak.phase == phase && is_loud(peak)) most = std::max(most, count_at_place(peaks, peak));
  }
  return cycles == 0 ? 0 : std::min(1.0, static_cast<double>(most) / static_cast<double>(cycles));
}

std::vector<ExtraSound> find_extra_sounds(const std::vector<PeakBetween>& peaks) {
  std::size_t cycles = 0;
  for (const PeakBetween& peak : peaks) cycles = std::max(cycles, peak.cycle + 1);
  std::vector<ExtraSound> sounds;
  for (const PeakBetween& peak : peaks) {
    if (!is_loud(peak) || peak.rise_db < kMinRecurringRiseDb) continue;
    const bool recurs = static_cast<double>(count_at_place(peaks, peak)) >=
                        std::max(2.0, kMinRecurrence * static_cast<double>(cycles));
    if (recurs || peak.rise_db >= kMinRiseDb) {
      sounds.push_back({.start_s = peak.start_s, .end_s = peak.end_s, .phase = peak.phase});
    }
  }
  return sounds;
}

}  // namespace auscult::beats
