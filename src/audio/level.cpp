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

double sum(const Lanes::Doubles& d) { return (d[0] + d[1]) + (d[2] + d[3]); }

double sum(const Lanes::Integers& n) {
  return static_cast<double>(std::int64_t{n[0]} + n[1] + n[2] + n[3]);
}

}  // namespace

inline void LevelMeter::Sums::add(std::size_t lane, float sample) {
  const auto value = static_cast<double>(sample);
  values[lane] += value;
  squares[lane] += value * value;
  smallest[lane] = std::min(smallest[lane], sample);
  largest[lane] = std::max(largest[lane], sample);
  clipped[lane] += sample <= kLowestUnclipped || sample > kHighestUnclipped ? 1 : 0;
  full_scale[lane] += std::abs(sample) >= kFullScale ? 1 : 0;
}

/// add() of as many samples as there are lanes.
inline void LevelMeter::Sums::add_four(const float* samples) {
  const Lanes::Floats four = Lanes::at(samples);
  const auto wide = __builtin_convertvector(four, Lanes::Doubles);
  values += wide;
  squares += wide * wide;
  smallest = four < smallest ? four : smallest;
  largest = four > largest ? four : largest;
  clipped -= (four <= kLowestUnclipped) | (four > kHighestUnclipped);
  full_scale -= (four >= kFullScale) | (four <= -kFullScale);
}

void LevelMeter::take(std::span<const float> block) {
  if (block.empty()) return;
  Sums sums = sums_;  // In registers, where the members would be written for each sample.
  if (frames_ == 0) {
    sums.smallest = sums.largest = Lanes::Floats{} + block.front();
  }
  std::size_t i = 0;
  for (; (frames_ + i) % Lanes::kCount != 0 && i < block.size(); ++i) {
    sums.add((frames_ + i) % Lanes::kCount, block[i]);
  }
  for (; i + Lanes::kCount <= block.size(); i += Lanes::kCount) sums.add_four(&block[i]);
  for (; i < block.size(); ++i) sums.add((frames_ + i) % Lanes::kCount, block[i]);
  frames_ += block.size();
  sums_ = sums;
}

float LevelMeter::smallest() const {
  const Lanes::Floats& s = sums_.smallest;
  return std::min(std::min(s[0], s[1]), std::min(s[2], s[3]));
}

float LevelMeter::largest() const {
  const Lanes::Floats& l = sums_.largest;
  return std::max(std::max(l[0], l[1]), std::max(l[2], l[3]));
}

double LevelMeter::share(double of_samples) const {
  return frames_ == 0 ? 0 : of_samples / static_cast<double>(frames_);
}

Level LevelMeter::level() const {
  const double peak =
      std::max(std::abs(static_cast<double>(smallest())), std::abs(static_cast<double>(largest())));
  return {dbfs(std::sqrt(share(sum(sums_.squares)))), dbfs(peak), share(sum(sums_.clipped))};
}

double LevelMeter::mean() const { return share(sum(sums_.values)); }

double LevelMeter::rms() const {
  return std::sqrt(std::max(0.0, share(sum(sums_.squares)) - mean() * mean()));
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
