#include "beats/heartbeats.hpp"

#include <algorithm>
#include <cmath>

#include "beats/decoder.hpp"

namespace auscult::beats {
namespace {

// The heart rate drifts with breathing and effort; over a part it holds well enough.
constexpr double kPartS = 30;
// Enough for the decoder to find its feet before the half of it that counts.
constexpr double kOverlapS = 6;
// Two to eight beats: one doubtful sound between clear ones is told, a doubtful stretch is not.
constexpr double kTrustRadiusS = 1;

/// The course through the whole clip. Where two parts meet there may be a gap of a few frames.
std::vector<Segment> decode_in_parts(const Posteriors& posteriors) {
  const auto frames_of = [&](double seconds) {
    return static_cast<std::size_t>(std::lround(seconds / posteriors.frame_s));
  };
  const std::size_t frames = posteriors.frames();
  const std::size_t part_frames = frames_of(kPartS);
  const std::size_t overlap = frames_of(kOverlapS);

  std::vector<Segment> segments;
  for (std::size_t begin = 0;; begin += part_frames - overlap) {
    const std::size_t end = std::min(begin + part_frames, frames);
    const Posteriors part{
        .values = {posteriors.values.begin() + static_cast<std::ptrdiff_t>(begin * kStates),
                   posteriors.values.begin() + static_cast<std::ptrdiff_t>(end * kStates)},
        .frame_s = posteriors.frame_s};
    const bool is_first = begin == 0;
    const bool is_last = end == frames;
    const std::size_t core_begin = is_first ? 0 : begin + overlap / 2;
    const std::size_t core_end = is_last ? frames : end - overlap / 2;
    for (Segment segment : decode(part).segments) {
      segment.begin += begin;
      segment.end += begin;
      const std::size_t centre = (segment.begin + segment.end) / 2;
      const bool in_order = segments.empty() || segment.begin >= segments.back().end;
      if (centre >= core_begin && centre < core_end && in_order) segments.push_back(segment);
    }
    if (is_last) return segments;
  }
}

/// Sums of the path's posterior over the frames before t, at [t]; 0 where there is no path.
std::vector<double> accumulate_trust(const Posteriors& posteriors,
                                     const std::vector<Segment>& segments) {
  std::vector<double> sums(posteriors.frames() + 1, 0.0);
  for (const Segment& segment : segments) {
    for (std::size_t t = segment.begin; t < segment.end; ++t) {
      sums[t + 1] = static_cast<double>(posteriors.at(t, static_cast<std::size_t>(segment.state)));
    }
  }
  for (std::size_t t = 1; t < sums.size(); ++t) sums[t] += sums[t - 1];
  return sums;
}

bool is_sound(const Segment& segment) {
  return segment.state == State::s1 || segment.state == State::s2;
}

}  // namespace

Heartbeats find_heartbeats(const Posteriors& posteriors) {
  if (posteriors.frames() == 0) return {};
  const std::vector<Segment> segments = decode_in_parts(posteriors);
  const std::vector<double> trust = accumulate_trust(posteriors, segments);
  const std::size_t frames = posteriors.frames();

  Heartbeats heartbeats;
  heartbeats.confidence = trust.back() / static_cast<double>(frames);

  const auto radius = static_cast<std::size_t>(std::lround(kTrustRadiusS / posteriors.frame_s));
  const auto is_told = [&](const Segment& sound) {
    const std::size_t centre = (sound.begin + sound.end) / 2;
    const std::size_t begin = centre > radius ? centre - radius : 0;
    const std::size_t end = std::min(centre + radius, frames);
    return trust[end] - trust[begin] >= kMinSoundPosterior * static_cast<double>(end - begin);
  };

  std::size_t cycle_frames = 0;
  int cycles = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    if (!is_sound(segment) || !is_told(segment)) continue;
    heartbeats.sounds.push_back(
        {.start_s = static_cast<double>(segment.begin) * posteriors.frame_s,
         .end_s = static_cast<double>(segment.end) * posteriors.frame_s,
         .kind = segment.state == State::s1 ? HeartSound::Kind::s1 : HeartSound::Kind::s2});

    // A first segment may have begun before the clip, and a cycle must have all of its states.
    if (i < kStates + 1) continue;
    const Segment& before = segments[i - kStates];
    bool is_whole = is_told(before);
    for (std::size_t k = i - kStates; k < i; ++k) {
      is_whole = is_whole && segments[k].end == segments[k + 1].begin;
    }
    if (!is_whole) continue;
    cycle_frames += segment.begin - before.begin;
    ++cycles;
    if (segment.state == State::s1 && is_told(segments[i - 2])) {
      const auto seconds = [&](std::size_t frame) {
        return static_cast<double>(frame) * posteriors.frame_s;
      };
      heartbeats.cycles.push_back({.s1_start_s = seconds(before.begin),
                                   .s1_end_s = seconds(before.end),
                                   .s2_start_s = seconds(segments[i - 2].begin),
                                   .s2_end_s = seconds(segments[i - 2].end),
                                   .end_s = seconds(segment.begin)});
    }
  }

  if (cycles < kMinCycles) {
    heartbeats.sounds.clear();
    heartbeats.cycles.clear();
    return heartbeats;
  }
  const double cycle_s = static_cast<double>(cycle_frames) * posteriors.frame_s / cycles;
  heartbeats.heart_rate_bpm = 60 / cycle_s;
  return heartbeats;
}

}  // namespace auscult::beats
