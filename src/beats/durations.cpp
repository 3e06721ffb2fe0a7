#include "beats/durations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace auscult::beats {
namespace {

struct Duration {
  double mean_s = 0;
  double deviation_s = 0;
  double min_s = 0;
  double max_s = 0;
  double irregular = 0;  ///< The share of the uniform distribution.
};

DurationTable tabulate(const Duration& duration, double frame_s) {
  const auto frames = [frame_s](double seconds) {
    return std::max(1L, std::lround(seconds / frame_s));
  };
  const long shortest = frames(duration.min_s);
  const long longest = std::max(shortest, frames(duration.max_s));

  std::vector<double> normal(static_cast<std::size_t>(longest), 0.0);
  double sum = 0;
  for (long d = shortest; d <= longest; ++d) {
    const double z = (static_cast<double>(d) * frame_s - duration.mean_s) / duration.deviation_s;
    sum += normal[static_cast<std::size_t>(d - 1)] = std::exp(-0.5 * z * z);
  }

  DurationTable table;
  table.log_probability.resize(normal.size(), -std::numeric_limits<float>::infinity());
  table.log_survival.resize(normal.size());
  const double uniform = duration.irregular / static_cast<double>(longest - shortest + 1);
  double survival = 0;
  for (long d = longest; d >= 1; --d) {
    const auto i = static_cast<std::size_t>(d - 1);
    if (d >= shortest) {
      const double probability = (1 - duration.irregular) * normal[i] / sum + uniform;
      table.log_probability[i] = static_cast<float>(std::log(probability));
      survival += probability;
    }
    table.log_survival[i] = static_cast<float>(std::log(survival));
  }
  return table;
}

}  // namespace

std::array<DurationTable, kStates> durations_of_cycle(double cycle_s, double frame_s) {
  // Below 60 bpm it is diastole that grows; the annotated hearts, mostly children's, are faster,
  // and a line through them would make systole too long.
  const double c = std::min(cycle_s, 1.0);
  const double s1_s = 0.077 + 0.071 * c;
  const double systole_s = 0.043 + 0.159 * c;
  const double s2_s = 0.066 + 0.065 * c;
  const double diastole_s = std::max(0.05, cycle_s - s1_s - systole_s - s2_s);
  return {
      tabulate({s1_s, 0.022, 0.03, 0.25, 0.01}, frame_s),
      tabulate({systole_s, 0.02 + 0.02 * c, 0.03, 0.2 + 0.3 * c, 0.02}, frame_s),
      tabulate({s2_s, 0.022, 0.03, 0.22, 0.01}, frame_s),
      tabulate({diastole_s, 0.015 + 0.05 * cycle_s, 0.04, 2 * cycle_s, 0.05}, frame_s),
  };
}

}  // namespace auscult::beats
