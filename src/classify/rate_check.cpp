#include "classify/rate_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "beats/rhythm.hpp"

namespace auscult::classify {
namespace {

// What microphones and their drivers are set to.
constexpr int kUsualRatesHz[] = {4000, 8000, 11'025, 16'000, 22'050, 32'000, 44'100, 48'000};

constexpr double kTooFastBpm = 180;
constexpr double kMinBpm = 45;
constexpr double kMaxBpm = 140;
constexpr double kMinDurationS = 4;
constexpr double kHeardS = 20;  // enough to tell, whatever the length at another rate

// Mean posteriors: of three in four hearts at their own rate it is over 0.8, at a third of it 0.4
// to 0.75.
constexpr double kSure = 0.8;
constexpr double kSurerBy = 0.15;
// As sure as the surest: a heart a third too slow is still one.
constexpr double kAsSure = 0.05;

// Rates this close cannot be told apart by a heart.
bool is_same(int one_hz, int other_hz) { return std::abs(one_hz - other_hz) < 0.25 * other_hz; }

audio::AudioClip at_rate(const audio::AudioClip& clip, int rate_hz) {
  const std::size_t heard =
      std::min(clip.samples.size(), static_cast<std::size_t>(kHeardS * rate_hz));
  return {
      .samples = {clip.samples.begin(), clip.samples.begin() + static_cast<std::ptrdiff_t>(heard)},
      .sample_rate_hz = rate_hz};
}

struct Candidate {
  int rate_hz = 0;
  double confidence = 0;
  double strangeness = 0;  // of systole's length at this heart rate
};

// Systole shortens by 2 ms a beat per minute (Weissler et al. 1968, QS2), and S1 begins 60 ms into
// what they measured; a wrong rate lengthens it and slows the heart at the same time.
double strangeness_of(const Rhythm& rhythm, double heart_rate_bpm) {
  const double usual_s = 0.486 - 0.0021 * heart_rate_bpm;
  return std::abs(std::log(rhythm.systole_s / usual_s));
}

}  // namespace

Result<std::optional<int>> find_likelier_rate(const beats::HeartSoundDetector& detector,
                                              const audio::AudioClip& clip,
                                              const beats::Heartbeats& found,
                                              model::Workspace& workspace) {
  const bool is_plausible = found.heart_rate_bpm && *found.heart_rate_bpm <= kTooFastBpm;
  if (is_plausible && found.confidence >= kSure) return std::optional<int>();
  std::vector<Candidate> candidates;
  double surest = 0;
  for (const int rate_hz : kUsualRatesHz) {
    const audio::AudioClip other = at_rate(clip, rate_hz);
    if (is_same(rate_hz, clip.sample_rate_hz) || other.duration_s() < kMinDurationS) continue;
    const auto heard = detector.detect(other, workspace);
    if (!heard) return heard.error();
    const std::optional<Rhythm> rhythm = beats::measure_rhythm(*heard);
    if (!rhythm || *heard->heart_rate_bpm < kMinBpm || *heard->heart_rate_bpm > kMaxBpm ||
        heard->confidence < std::max(kSure, found.confidence + kSurerBy)) {
      continue;
    }
    candidates.push_back({.rate_hz = rate_hz,
                          .confidence = heard->confidence,
                          .strangeness = strangeness_of(*rhythm, *heard->heart_rate_bpm)});
    surest = std::max(surest, heard->confidence);
  }
  std::erase_if(candidates, [surest](const Candidate& candidate) {
    return candidate.confidence < surest - kAsSure;
  });
  if (candidates.empty()) return std::optional<int>();
  return std::optional(std::ranges::min_element(candidates, {}, &Candidate::strangeness)->rate_hz);
}

}  // namespace auscult::classify
