#include "audio/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace auscult::audio {
namespace {

constexpr double kSilenceDbfs = -120;

double dbfs(double amplitude) {
  return amplitude > 0 ? std::max(kSilenceDbfs, 20 * std::log10(amplitude)) : kSilenceDbfs;
}

// What an AmplifiedWavWriter with a gain of 1 rounds to its limits, half steps to the even number.
constexpr float kLowestUnclipped = -32'767.5F / 32'768;  // excluded
constexpr float kHighestUnclipped = 32'766.5F / 32'768;  // included

double sum(const Lanes::Doubles& d, const Lanes::Doubles& more) {
  return ((d[0] + d[1]) + (d[2] + d[3])) + ((more[0] + more[1]) + (more[2] + more[3]));
}

double sum(const Lanes::Integers& n) {
  std::int64_t sum = 0;
  for (std::size_t lane = 0; lane < Lanes::kCount; ++lane) sum += n[lane];
  return static_cast<double>(sum);
}

}  // namespace

void LevelMeter::add(Sums& sums, std::size_t lane, float sample) {
  const auto value = static_cast<double>(sample);
  const std::size_t place = lane % Lanes::kDoubles;
  (lane < Lanes::kDoubles ? sums.values : sums.more_values)[place] += value;
  (lane < Lanes::kDoubles ? sums.squares : sums.more_squares)[place] += value * value;
  sums.smallest[lane] = std::min(sums.smallest[lane], sample);
  sums.largest[lane] = std::max(sums.largest[lane], sample);
  sums.clipped[lane] += sample <= kLowestUnclipped || sample > kHighestUnclipped ? 1 : 0;
  sums.full_scale[lane] += std::abs(sample) >= kFullScale ? 1 : 0;
}

/// add() of samples by the eight, the first in lane 0.
[[gnu::always_inline]] inline void LevelMeter::add_eights(Sums& sums,
                                                          std::span<const float> samples) {
  Sums s = sums;  // In registers, where the members would be written for each sample.
  for (std::size_t i = 0; i < samples.size(); i += Lanes::kCount) {
    Lanes::Doubles four;
    Lanes::Doubles more;
    Lanes::widen(&samples[i], four);
    Lanes::widen(&samples[i + Lanes::kDoubles], more);
    s.values += four;
    s.more_values += more;
    s.squares += four * four;
    s.more_squares += more * more;
    Lanes::Floats eight;
    Lanes::load(&samples[i], eight);
    s.smallest = eight < s.smallest ? eight : s.smallest;
    s.largest = eight > s.largest ? eight : s.largest;
    s.clipped -= (eight <= kLowestUnclipped) | (eight > kHighestUnclipped);
    s.full_scale -= (eight >= kFullScale) | (eight <= -kFullScale);
  }
  sums = s;
}

void LevelMeter::take(std::span<const float> block) {
  if (block.empty()) return;
  if (frames_ == 0) sums_.smallest = sums_.largest = Lanes::Floats{} + block.front();
  const std::size_t lane = frames_ % Lanes::kCount;
  const std::size_t before = std::min((Lanes::kCount - lane) % Lanes::kCount, block.size());
  const std::size_t eights = (block.size() - before) / Lanes::kCount * Lanes::kCount;
  for (std::size_t i = 0; i < before; ++i) add(sums_, lane + i, block[i]);
  in_widest_lanes<add_eights>(sums_, block.subspan(before, eights));
  for (std::size_t i = before + eights; i < block.size(); ++i) {
    add(sums_, i - before - eights, block[i]);
  }
  frames_ += block.size();
}

float LevelMeter::smallest() const {
  float smallest = sums_.smallest[0];
  for (std::size_t lane = 1; lane < Lanes::kCount; ++lane) {
    smallest = std::min(smallest, sums_.smallest[lane]);
  }
  return smallest;
}

float LevelMeter::largest() const {
  float largest = sums_.largest[0];
  for (std::size_t lane = 1; lane < Lanes::kCount; ++lane) {
    largest = std::max(largest, sums_.largest[lane]);
  }
  return largest;
}

double LevelMeter::share(double of_samples) const {
  return frames_ == 0 ? 0 : of_samples / static_cast<double>(frames_);
}

Level LevelMeter::level() const {
  const double peak =
      std::max(std::abs(static_cast<double>(smallest())), std::abs(static_cast<double>(largest())));
  return {dbfs(std::sqrt(share(sum(sums_.squares, sums_.more_squares)))), dbfs(peak),
          share(sum(sums_.clipped))};
}

double LevelMeter::mean() const { return share(sum(sums_.values, sums_.more_values)); }

double LevelMeter::rms() const {
  return std::sqrt(std::max(0.0, share(sum(sums_.squares, sums_.more_squares)) - mean() * mean()));
}

double LevelMeter::range() const {
  return static_cast<double>(largest()) - static_cast<double>(smallest());
}

double LevelMeter::full_scale_share() const { return share(sum(sums_.full_scale)); }

Level measure_level(const AudioClip& clip) {
  LevelMeter meter;
  meter.take(clip.samples);
  return meter.level();
}

}  // namespace auscult::audio
