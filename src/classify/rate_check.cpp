#include "classify/rate_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "beats/rhythm.hpp"

namespace auscult::classify {
namespace {

constexpr double kMinDurationS = 4;

// A heart that is one at its own rate beats within these, and one at the rate looked for within
// the next.
constexpr double kSlowestBpm = 40;
constexpr double kFastestBpm = 180;
constexpr double kSlowestLikelyBpm = 40;
constexpr double kFastestLikelyBpm = 150;

// How the score is made, and how good it must be. Chosen on PASCAL B and CirCor, where they find
// most while at most one in a thousand right rates is suspected (docs/quality.md).
constexpr double kStrangenessWeight = 0.4;
constexpr double kNoRhythm = 0.2;
constexpr double kGoodScore = 0.78;
constexpr double kSure = 0.8;
constexpr double kBetterBy = 0.1;
// Where it would beat more slowly: fast hearts are harder to hear, and none is to be slowed down.
constexpr double kSlowerBetterBy = 0.25;

// Rates this close cannot be told apart by a heart.
bool is_same(int one_hz, int other_hz) { return std::abs(one_hz - other_hz) < 0.25 * other_hz; }

audio::AudioClip at_rate(const audio::AudioClip& clip, int rate_hz) {
  const std::size_t heard =
      std::min(clip.samples.size(), static_cast<std::size_t>(kRateCheckS * rate_hz));
  return {
      .samples = {clip.samples.begin(), clip.samples.begin() + static_cast<std::ptrdiff_t>(heard)},
      .sample_rate_hz = rate_hz};
}

/// How far systole's length is from that usual at this heart rate, as a factor's logarithm, at most
/// 1. Systole shortens by 2 ms a beat per minute (Weissler et al. 1968, QS2), and S1 begins 60 ms
/// into what they measured; a wrong rate lengthens it and slows the heart at the same time.
double strangeness_of(const Rhythm& rhythm, double heart_rate_bpm) {
  const double usual_s = 0.486 - 0.0021 * heart_rate_bpm;
  if (usual_s <= 0 || rhythm.systole_s <= 0) return 1;
  return std::min(1.0, std::abs(std::log(rhythm.systole_s / usual_s)));
}

/// How much a clip is a heart at the rate it was heard at: how sure the detector is (of three in
/// four hearts over 0.8, at a third of their rate 0.4 to 0.75), less what is strange about it.
double score_of(const beats::Heartbeats& heard) {
  const std::optional<Rhythm> rhythm = beats::measure_rhythm(heard);
  if (!rhythm || !heard.heart_rate_bpm) return heard.confidence - kNoRhythm;
  return heard.confidence - kStrangenessWeight * strangeness_of(*rhythm, *heard.heart_rate_bpm);
}

bool beats_within(const beats::Heartbeats& heard, double slowest_bpm, double fastest_bpm) {
  return heard.heart_rate_bpm && *heard.heart_rate_bpm >= slowest_bpm &&
         *heard.heart_rate_bpm <= fastest_bpm;
}

}  // namespace

Result<std::optional<RateSuspect>> suspect_rate(const beats::HeartSoundDetector& detector,
                                                const audio::AudioClip& clip,
                                                const beats::Heartbeats& found,
                                                model::Workspace& workspace) {
  const double found_score = score_of(found);
  if (beats_within(found, kSlowestBpm, kFastestBpm) && found_score >= kGoodScore) {
    return std::optional<RateSuspect>();
  }
  int likely_hz = 0;
  double best_score = -1;
  for (const int rate_hz : kUsualRatesHz) {
    const audio::AudioClip other = at_rate(clip, rate_hz);
    if (is_same(rate_hz, clip.sample_rate_hz) || other.duration_s() < kMinDurationS) continue;
    const double better_by = rate_hz < clip.sample_rate_hz ? kSlowerBetterBy : kBetterBy;
    const auto heard = detector.detect(other, workspace);
    if (!heard) return heard.error();
    if (!beats_within(*heard, kSlowestLikelyBpm, kFastestLikelyBpm) ||
        !beats::measure_rhythm(*heard) || heard->confidence < kSure ||
        score_of(*heard) <= std::max(best_score, found_score + better_by)) {
      continue;
    }
    likely_hz = rate_hz;
    best_score = score_of(*heard);
  }
  if (likely_hz == 0) return std::optional<RateSuspect>();
  return std::optional(RateSuspect{likely_hz, clip.sample_rate_hz, "this would be a heart"});
}

}  // namespace auscult::classify
