#include "audio/dropouts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace auscult::audio {
namespace {

constexpr std::size_t kMostFrames = std::size_t{1} << 20U;
constexpr std::size_t kMinGapFrames = 32;
constexpr double kMinGapS = 0.002;
constexpr float kJump = 6;
constexpr float kLeastJump = 8 / 32768.0F;
constexpr float kFullScale = 0.999F;

// A window of this many samples is looked up at each place, and kept at every sixteenth.
constexpr std::size_t kWindow = 48;
constexpr std::size_t kAnchor = 16;
constexpr std::size_t kMinRepeatFrames = 64;
constexpr std::size_t kMaxLagFrames = 16'384;
// A window in which less happens may be the same by chance.
constexpr std::uint32_t kMinChanges = 24;

/// The usual step from sample to sample: the median of those that are one.
float usual_step(std::span<const float> samples) {
  std::vector<float> steps;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const float step = std::abs(samples[i] - samples[i - 1]);
    if (step > 0) steps.push_back(step);
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

void find_gaps(std::span<const float> samples, int sample_rate_hz, Dropouts& dropouts) {
  const float jump = std::max(kLeastJump, kJump * usual_step(samples));
  const std::size_t shortest =
      std::max(kMinGapFrames, static_cast<std::size_t>(kMinGapS * sample_rate_hz));
  for (std::size_t begin = 0; begin < samples.size();) {
    std::size_t end = begin + 1;
    while (end < samples.size() && samples[end] == samples[begin]) ++end;
    const float value = samples[begin];
    const bool jumps = (begin > 0 && std::abs(samples[begin - 1] - value) > jump) ||
                       (end < samples.size() && std::abs(samples[end] - value) > jump);
    if (end - begin >= shortest && jumps && std::abs(value) < kFullScale) {
      ++dropouts.gaps;
      dropouts.gap_s += static_cast<double>(end - begin) / sample_rate_hz;
    }
    begin = end;
  }
}

/// Sums of the windows' hashes and of their changes, so that any window's are two look-ups.
class Windows {
 public:
  explicit Windows(std::span<const float> samples) {
    hashes_.reserve(samples.size() + 1);
    hashes_.push_back(0);
    changes_.assign(1, 0);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      hashes_.push_back(hashes_.back() * kBase + std::bit_cast<std::uint32_t>(samples[i]));
      const bool moved = i > 0 && samples[i] != samples[i - 1];
      changes_.push_back(changes_.back() + (moved ? 1 : 0));
    }
    for (std::size_t i = 0; i < kWindow; ++i) power_ *= kBase;
  }

  [[nodiscard]] std::uint64_t hash(std::size_t begin) const {
    return hashes_[begin + kWindow] - hashes_[begin] * power_;
  }
  [[nodiscard]] bool is_distinct(std::size_t begin) const {
    return changes_[begin + kWindow] - changes_[begin] >= kMinChanges;
  }

 private:
  static constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> changes_;
  std::uint64_t power_ = 1;
};

void find_repeats(std::span<const float> samples, Dropouts& dropouts) {
  if (samples.size() < 2 * kMinRepeatFrames) return;
  const Windows windows(samples);
  std::unordered_map<std::uint64_t, std::size_t> anchors;
  std::map<std::size_t, std::size_t> frames_of_lag;
  std::size_t repeated = 0;
  std::size_t anchored = 0;
  const auto anchor_up_to = [&](std::size_t end) {
    for (; anchored + kAnchor <= end; anchored += kAnchor) {
      if (windows.is_distinct(anchored)) anchors[windows.hash(anchored)] = anchored;
    }
  };
  for (std::size_t i = 0; i + kWindow <= samples.size();) {
    anchor_up_to(i);
    std::size_t length = 0;
    if (windows.is_distinct(i)) {
      if (const auto found = anchors.find(windows.hash(i)); found != anchors.end()) {
        const std::size_t before = found->second;
        while (i + length < samples.size() && samples[i + length] == samples[before + length]) {
          ++length;
        }
        if (length >= kMinRepeatFrames && i - before <= kMaxLagFrames) {
          ++dropouts.repeats;
          frames_of_lag[i - before] += length;
          repeated += length;
        } else {
          length = 0;
        }
      }
    }
    i += std::max<std::size_t>(1, length);
  }
  if (frames_of_lag.empty()) return;
  const auto commonest = std::ranges::max_element(
      frames_of_lag, {}, &std::pair<const std::size_t, std::size_t>::second);
  dropouts.repeat_frames = static_cast<int>(commonest->first);
  dropouts.repeated = static_cast<double>(repeated) / static_cast<double>(samples.size());
}

}  // namespace

Dropouts find_dropouts(const AudioClip& clip) {
  const std::span<const float> samples =
      std::span(clip.samples).first(std::min(clip.samples.size(), kMostFrames));
  Dropouts dropouts;
  if (samples.empty()) return dropouts;
  find_gaps(samples, clip.sample_rate_hz, dropouts);
  find_repeats(samples, dropouts);
  return dropouts;
}

}  // namespace auscult::audio
