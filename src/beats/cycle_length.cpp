#include "beats/cycle_length.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/lanes.hpp"

namespace auscult::beats {
namespace {

// Multiples of the cycle correlate as well as the cycle, and better where it is no whole number of
// frames; systole, which meets S1 with S2, does not come near.
constexpr double kEnough = 0.6;

/// For each lag from 0 to `max_lag`, the mean product of frames that far apart, 1 at lag 0; empty
/// if no state's posterior ever changes.
std::vector<double> autocorrelation(const Posteriors& posteriors, std::size_t max_lag) {
  const std::size_t frames = posteriors.frames();
  std::vector<double> sums(max_lag + 1, 0.0);
  std::vector<float> centred(frames);
  for (std::size_t state = 0; state < kStates; ++state) {
    double mean = 0;
    for (std::size_t t = 0; t < frames; ++t) mean += static_cast<double>(posteriors.at(t, state));
    mean /= static_cast<double>(frames);
    for (std::size_t t = 0; t < frames; ++t) {
      centred[t] = posteriors.at(t, state) - static_cast<float>(mean);
    }
    for (std::size_t lag = 0; lag <= max_lag; ++lag) {
      const std::span<const float> earlier(centred.data(), frames - lag);
      sums[lag] += static_cast<double>(dot(earlier, std::span(centred).subspan(lag)));
    }
  }

  const double power = sums[0] / static_cast<double>(frames);
  if (power < 1e-9) return {};
  for (std::size_t lag = 0; lag <= max_lag; ++lag) {
    sums[lag] /= static_cast<double>(frames - lag) * power;
  }
  return sums;
}

}  // namespace

std::vector<double> cycle_length_candidates(const Posteriors& posteriors) {
  const auto lag_of = [&](double rate_bpm) {
    return static_cast<std::size_t>(std::lround(60 / rate_bpm / posteriors.frame_s));
  };
  const std::size_t min_lag = lag_of(kMaxRateBpm);
  const std::size_t max_lag = std::min(lag_of(kMinRateBpm), posteriors.frames() / 2);
  if (max_lag <= min_lag) return {};
  const std::vector<double> correlation = autocorrelation(posteriors, max_lag + 1);
  if (correlation.empty()) return {};

  const auto is_peak = [&](std::size_t lag) {
    return correlation[lag] > 0 && correlation[lag] >= correlation[lag - 1] &&
           correlation[lag] > correlation[lag + 1];
  };
  double highest = 0;
  for (std::size_t lag = min_lag; lag <= max_lag; ++lag) {
    if (is_peak(lag)) highest = std::max(highest, correlation[lag]);
  }
  std::vector<double> candidates;
  for (std::size_t lag = min_lag; lag <= max_lag && candidates.size() < kMaxCandidates; ++lag) {
    if (is_peak(lag) && correlation[lag] >= kEnough * highest) {
      candidates.push_back(static_cast<double>(lag) * posteriors.frame_s);
    }
  }
  return candidates;
}

}  // namespace auscult::beats
