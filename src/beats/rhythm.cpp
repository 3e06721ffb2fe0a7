#include "beats/rhythm.hpp"

#include <algorithm>
#include <cmath>

namespace auscult::beats {
namespace {

constexpr std::size_t kNeighbours = 4;  // on either side
constexpr std::size_t kMinNeighbours = 3;

template <typename Length>
std::vector<double> lengths_of(const std::vector<Cycle>& cycles, const Length& length) {
  std::vector<double> lengths;
  lengths.reserve(cycles.size());
  for (const Cycle& cycle : cycles) lengths.push_back(length(cycle));
  return lengths;
}

double deviation_over_mean(const std::vector<double>& values) {
  double sum = 0;
  double sum_of_squares = 0;
  for (const double value : values) {
    sum += value;
    sum_of_squares += value * value;
  }
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, sum_of_squares / count - mean * mean)) / mean;
}

}  // namespace

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

std::vector<double> relative_lengths(const std::vector<Cycle>& cycles) {
  std::vector<double> relative(cycles.size(), 1.0);
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    std::vector<double> around;
    const std::size_t first = i - std::min(i, kNeighbours);
    const std::size_t last = std::min(i + kNeighbours, cycles.size() - 1);
    for (std::size_t k = first; k <= last; ++k) {
      if (k != i) around.push_back(cycles[k].length_s());
    }
    if (around.size() >= kMinNeighbours) relative[i] = cycles[i].length_s() / median_of(around);
  }
  return relative;
}

std::optional<Rhythm> measure_rhythm(const Heartbeats& heartbeats) {
  const std::vector<Cycle>& cycles = heartbeats.cycles;
  if (cycles.empty()) return std::nullopt;

  const std::vector<double> lengths_s =
      lengths_of(cycles, [](const Cycle& c) { return c.length_s(); });
  Rhythm rhythm{
      .cycle_s = median_of(lengths_s),
      .systole_s =
          median_of(lengths_of(cycles, [](const Cycle& c) { return c.s2_start_s - c.s1_start_s; })),
      .diastole_s =
          median_of(lengths_of(cycles, [](const Cycle& c) { return c.end_s - c.s2_start_s; })),
      .irregularity = deviation_over_mean(lengths_s),
      .premature_beats = {},
      .pauses = {}};

  const std::vector<double> relative = relative_lengths(cycles);
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    const bool follows_premature =
        i > 0 && relative[i - 1] <= kMaxPrematurity && cycles[i - 1].end_s == cycles[i].s1_start_s;
    if (relative[i] <= kMaxPrematurity) {
      rhythm.premature_beats.push_back({.time_s = cycles[i].end_s, .prematurity = relative[i]});
    } else if (relative[i] >= (follows_premature ? kMinCompensatoryPause : kMinPause)) {
      rhythm.pauses.push_back({.start_s = cycles[i].s1_start_s, .end_s = cycles[i].end_s});
    }
  }
  return rhythm;
}

}  // namespace auscult::beats
