#include "beats_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace auscult::train {
namespace {

constexpr int kS1 = 0;
constexpr int kS2 = 2;

/// A stretch of the recording that is annotated throughout.
struct Stretch {
  double start_s = 0;
  double end_s = 0;
  std::vector<AnnotatedState> states;
};

std::vector<Stretch> stretches_of(const std::vector<AnnotatedState>& annotation) {
  std::vector<Stretch> stretches;
  bool open = false;
  for (const AnnotatedState& entry : annotation) {
    if (entry.state == kNotAnnotated) {
      open = false;
      continue;
    }
    if (!open) stretches.push_back({entry.start_s, entry.end_s, {}});
    open = true;
    stretches.back().end_s = entry.end_s;
    stretches.back().states.push_back(entry);
  }
  return stretches;
}

/// Matches in order of time: each annotated sound takes the nearest detected one that is left.
SoundCounts match(const std::vector<double>& annotated_s, const std::vector<double>& detected_s,
                  const Stretch& stretch, std::vector<double>& errors_s) {
  SoundCounts counts;
  std::vector<bool> taken(detected_s.size());
  for (const double wanted_s : annotated_s) {
    std::size_t nearest = detected_s.size();
    for (std::size_t i = 0; i < detected_s.size(); ++i) {
      const double distance_s = std::abs(detected_s[i] - wanted_s);
      if (taken[i] || distance_s > kSoundToleranceS) continue;
      if (nearest == detected_s.size() || distance_s < std::abs(detected_s[nearest] - wanted_s)) {
        nearest = i;
      }
    }
    // A sound at the very start may have begun before.
    const bool is_cut = wanted_s < stretch.start_s + kSoundToleranceS;
    if (nearest != detected_s.size()) {
      taken[nearest] = true;
      if (!is_cut) {
        ++counts.found;
        errors_s.push_back(detected_s[nearest] - wanted_s);
      }
    } else if (!is_cut) {
      ++counts.missed;
    }
  }
  for (std::size_t i = 0; i < detected_s.size(); ++i) {
    const bool is_inside = detected_s[i] > stretch.start_s + kSoundToleranceS &&
                           detected_s[i] < stretch.end_s - kSoundToleranceS;
    if (!taken[i] && is_inside) ++counts.imagined;
  }
  return counts;
}

std::vector<double> onsets_of(const std::vector<AnnotatedState>& states, int state) {
  std::vector<double> onsets_s;
  for (const AnnotatedState& entry : states) {
    if (entry.state == state) onsets_s.push_back(entry.start_s);
  }
  return onsets_s;
}

/// Intervals between neighbours, their sum and number.
struct Cycles {
  double sum_s = 0;
  int count = 0;

  void add(const std::vector<double>& onsets_s) {
    if (onsets_s.size() < 2) return;
    sum_s += onsets_s.back() - onsets_s.front();
    count += static_cast<int>(onsets_s.size()) - 1;
  }
  [[nodiscard]] std::optional<double> rate_bpm() const {
    if (count < 2) return std::nullopt;
    return 60 * count / sum_s;
  }
};

}  // namespace

SoundCounts& SoundCounts::operator+=(const SoundCounts& other) {
  found += other.found;
  imagined += other.imagined;
  missed += other.missed;
  return *this;
}

BeatComparison compare_beats(const beats::Heartbeats& heartbeats,
                             const std::vector<AnnotatedState>& annotation) {
  BeatComparison comparison;
  Cycles annotated;
  Cycles detected;
  for (const Stretch& stretch : stretches_of(annotation)) {
    for (const HeartSound::Kind kind : {HeartSound::Kind::s1, HeartSound::Kind::s2}) {
      std::vector<double> detected_s;
      for (const HeartSound& sound : heartbeats.sounds) {
        if (sound.kind == kind && sound.start_s > stretch.start_s - kSoundToleranceS &&
            sound.start_s < stretch.end_s + kSoundToleranceS) {
          detected_s.push_back(sound.start_s);
        }
      }
      const bool is_s1 = kind == HeartSound::Kind::s1;
      const std::vector<double> annotated_s = onsets_of(stretch.states, is_s1 ? kS1 : kS2);
      (is_s1 ? comparison.s1 : comparison.s2) +=
          match(annotated_s, detected_s, stretch, comparison.onset_errors_s);
      if (is_s1) {
        annotated.add(annotated_s);
        detected.add(detected_s);
      }
    }
  }
  comparison.annotated_rate_bpm = annotated.rate_bpm();
  comparison.detected_rate_bpm = detected.rate_bpm();
  return comparison;
}

}  // namespace auscult::train
