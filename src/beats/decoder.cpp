#include "beats/decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "beats/cycle_length.hpp"
#include "beats/durations.hpp"

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
    evidence[state].reserve(posteriors.frames() + 1);
    double sum = 0;
    evidence[state].push_back(0);
    for (std::size_t t = 0; t < posteriors.frames(); ++t) {
      const float posterior = std::max(posteriors.at(t, state), kLeastPosterior);
      sum += static_cast<double>(kEvidenceWeight * std::log(posterior / kPrior[state]));
      evidence[state].push_back(static_cast<float>(sum));
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
    if (score > best.score) best = {score, d};
  }
  return best;
}

constexpr std::size_t next_of(std::size_t state) { return (state + 1) % kStates; }
constexpr std::size_t previous_of(std::size_t state) { return (state + kStates - 1) % kStates; }

Path search(const Posteriors& posteriors, const Evidence& evidence, double cycle_s) {
  const std::size_t frames = posteriors.frames();
  const auto durations = durations_of_cycle(cycle_s, posteriors.frame_s);

  // entry[s][t]: the best score of a path that enters state s at frame t, less the evidence for s
  // before t, so that adding the evidence for s before a later frame leaves that of the segment.
  Evidence entry;
  std::array<std::vector<std::size_t>, kStates> duration_before;  // Of a segment that ends at t.
  for (std::size_t state = 0; state < kStates; ++state) {
    entry[state].assign(frames + 1, kImpossible);
    entry[state][0] = 0;
    duration_before[state].assign(frames + 1, 0);
  }
  for (std::size_t t = 1; t < frames; ++t) {
    for (std::size_t state = 0; state < kStates; ++state) {
      const DurationTable& table = durations[state];
      Best best = best_duration(entry[state], t, table.log_probability,
                                std::min(table.max_frames(), t - 1));
      if (t <= table.max_frames() && table.log_survival[t - 1] > best.score) {
        best = {table.log_survival[t - 1], t};
      }
      duration_before[state][t] = best.duration;
      const std::size_t next = next_of(state);
      entry[next][t] = best.score + evidence[state][t] - evidence[next][t];
    }
  }

  Best last;
  std::size_t state = 0;
  for (std::size_t s = 0; s < kStates; ++s) {
    const DurationTable& table = durations[s];
    Best best =
        best_duration(entry[s], frames, table.log_survival, std::min(table.max_frames(), frames));
    best.score += evidence[s][frames];
    if (best.score > last.score) {
      last = best;
      state = s;
    }
  }

  Path path;
  path.log_likelihood = static_cast<double>(last.score);
  std::size_t end = frames;
  for (std::size_t duration = last.duration; duration > 0;) {
    path.segments.push_back({static_cast<State>(state), end - duration, end});
    end -= duration;
    state = previous_of(state);
    duration = duration_before[state][end];
  }
  std::ranges::reverse(path.segments);
  return path;
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
