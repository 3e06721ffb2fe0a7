#pragma once

#include <cstddef>
#include <vector>

#include "beats/posteriors.hpp"

namespace auscult::beats {

/// A run of frames in one state, [begin, end).
struct Segment {
  State state = State::s1;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Segment&) const = default;
};

/// The most probable course of the heart through a clip.
struct Path {
  std::vector<Segment> segments;  ///< In order, from frame 0 to the last without a gap.
  double log_likelihood = 0;      ///< Comparable between paths through the same posteriors.
};

/// The best path of a heart whose cycle lasts `cycle_s`: Viterbi's search over explicit durations
/// (a hidden semi-Markov model), each state followed by the next of the cycle. The clip's edges
/// may cut the first and the last segment.
///
/// After Schmidt et al. 2010 (doi:10.1088/0967-3334/31/4/004) and, for the edges, Springer et al.
/// 2016 (doi:10.1109/TBME.2015.2475278); a cut segment counts by the probability of lasting at
/// least as long. Time grows with frames times the longest durations: 30 s take about 1 ms.
Path decode_cycle(const Posteriors& posteriors, double cycle_s);

/// The best of decode_cycle() over cycle_length_candidates(); empty if there is no candidate.
Path decode(const Posteriors& posteriors);

}  // namespace auscult::beats
