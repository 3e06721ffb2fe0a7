#include "beats/decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "beats/cycle_length.hpp"
#include "beats/durations.hpp"
#include "core/lanes.hpp"

namespace auscult::beats {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// Neighbouring frames see nearly the same sound: as independent evidence they would outvote the
// durations.
constexpr float kEvidenceWeight = 0.5F;

// One frame of noise must not forbid a path.
constexpr float kLeastPosterior = 1e-3F;

// How often each state occurs in what the network was trained on: a posterior over its prior is,
// up to a factor common to all states, the likelihood that the model asks for.
constexpr std::array<float, kStates> kPrior = {0.20F, 0.23F, 0.18F, 0.39F};

/// For each state the sum of log-likelihoods of the frames before t, at [t].
using Evidence = std::array<std::vector<float>, kStates>;

Evidence accumulate_evidence(const Posteriors& posteriors) {
  Evidence evidence;
  for (std::size_t state = 0; state < kStates; ++state) {
    evidence[state].resize(posteriors.frames() + 1);
    double sum = 0;
    for (std::size_t t = 0; t < posteriors.frames(); ++t) {
      const float posterior = std::max(posteriors.at(t, state), kLeastPosterior);
      sum += static_cast<double>(kEvidenceWeight * std::log(posterior / kPrior[state]));
      evidence[state][t + 1] = static_cast<float>(sum);
    }
  }
  return evidence;
}

struct Best {
  float score = kImpossible;
  std::size_t duration = 0;
};

/// The best of entry[end - d] + log_duration[d - 1] over d from 1 to at most `longest`.
Best best_duration(const std::vector<float>& entry, std::size_t end,
                   const std::vector<float>& log_duration, std::size_t longest) {
  Best best;
  for (std::size_t d = 1; d <= longest; ++d) {
    const float score = entry[end - d] + log_duration[d - 1];
    if (score > best.score) [[unlikely]] {
      best = {score, d};
    }
  }
  return best;
}

constexpr std::size_t next_of(std::size_t state) { return (state + 1) % kStates; }
constexpr std::size_t previous_of(std::size_t state) { return (state + kStates - 1) % kStates; }

/// Viterbi's search for one length of the cycle. Going forwards only scores are kept: how long a
/// segment was is looked for again where the best path has one, which are few of all places.
class Search {
 public:
  Search(const Evidence& evidence, std::size_t frames, double frame_s, double cycle_s)
      : evidence_(evidence), frames_(frames), durations_(durations_of_cycle(cycle_s, frame_s)) {
    for (std::size_t state = 0; state < kStates; ++state) {
      entry_[state].assign(frames + 1, kImpossible);
      entry_[state][0] = 0;
      const std::vector<float>& log_probability = durations_[state].log_probability;
      longest_first_[state].assign(log_probability.rbegin(), log_probability.rend());
    }
  }

  Path run() {
    for (std::size_t t = 1; t < frames_; ++t) {
      for (std::size_t state = 0; state < kStates; ++state) {
        const std::size_t next = next_of(state);
        entry_[next][t] = best_score(state, t) + evidence_[state][t] - evidence_[next][t];
      }
    }

    Best last;
    std::size_t state = 0;
    for (std::size_t s = 0; s < kStates; ++s) {
      const DurationTable& table = durations_[s];
      Best best = best_duration(entry_[s], frames_, table.log_survival,
                                std::min(table.max_frames(), frames_));
      best.score += evidence_[s][frames_];
      if (best.score > last.score) {
        last = best;
        state = s;
      }
    }

    Path path;
    path.log_likelihood = static_cast<double>(last.score);
    std::size_t end = frames_;
    for (std::size_t duration = last.duration; duration > 0;) {
      path.segments.push_back({static_cast<State>(state), end - duration, end});
      end -= duration;
      state = previous_of(state);
      duration = end == 0 ? 0 : best_before(state, end).duration;
    }
    std::ranges::reverse(path.segments);
    return path;
  }

 private:
  /// Of all segments of a state that end at frame t: those that begin after the clip does, and that
  /// which its beginning cuts.
  [[nodiscard]] float best_score(std::size_t state, std::size_t t) const {
    const std::size_t longest = std::min(durations_[state].max_frames(), t - 1);
    const float whole = greatest_sum(std::span(entry_[state]).subspan(t - longest, longest),
                                     std::span(longest_first_[state]).last(longest));
    return std::max(whole, score_of_cut(state, t));
  }

  /// The same with its duration.
  [[nodiscard]] Best best_before(std::size_t state, std::size_t t) const {
    const DurationTable& table = durations_[state];
    const Best whole =
        best_duration(entry_[state], t, table.log_probability, std::min(table.max_frames(), t - 1));
    const float cut = score_of_cut(state, t);
    return cut > whole.score ? Best{cut, t} : whole;
  }

  [[nodiscard]] float score_of_cut(std::size_t state, std::size_t t) const {
    const DurationTable& table = durations_[state];
    if (t > table.max_frames()) return kImpossible;
    return table.log_survival[t - 1];
  }

  const Evidence& evidence_;
  std::size_t frames_;
  std::array<DurationTable, kStates> durations_;
  std::array<std::vector<float>, kStates> longest_first_;  // durations_[s].log_probability
  // entry_[s][t]: the best score of a path that enters state s at frame t, less the evidence for s
  // before t, so that adding the evidence for s before a later frame leaves that of the segment.
  Evidence entry_;
};

Path search(const Posteriors& posteriors, const Evidence& evidence, double cycle_s) {
  return Search(evidence, posteriors.frames(), posteriors.frame_s, cycle_s).run();
}

}  // namespace

Path decode_cycle(const Posteriors& posteriors, double cycle_s) {
  return search(posteriors, accumulate_evidence(posteriors), cycle_s);
}

Path decode(const Posteriors& posteriors) {
  const Evidence evidence = accumulate_evidence(posteriors);
  Path best;
  for (const double cycle_s : cycle_length_candidates(posteriors)) {
    Path path = search(posteriors, evidence, cycle_s);
    if (best.segments.empty() || path.log_likelihood > best.log_likelihood) best = std::move(path);
  }
  return best;
}

}  // namespace auscult::beats
