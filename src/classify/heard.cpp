#include "classify/heard.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "classify/rate_check.hpp"

namespace auscult::classify {

const audio::AudioClip& Heard::at(int rate_hz) const {
  const auto found = std::ranges::find(clips, rate_hz, &audio::AudioClip::sample_rate_hz);
  assert(found != clips.end());
  return *found;
}

Listener::Listener(int sample_rate_hz, std::span<const int> rates_hz) {
  heard_.sample_rate_hz = heard_.beginning.sample_rate_hz = sample_rate_hz;
  for (const int rate_hz : rates_hz) resamplers_.emplace_back(sample_rate_hz, rate_hz);
}

void Listener::expect(std::size_t frames) {
  for (audio::Resampler& resampler : resamplers_) resampler.expect(frames);
}

void Listener::take(std::span<const float> block) {
  heard_.level.take(block);
  for (audio::Resampler& resampler : resamplers_) resampler.take(block);
  std::vector<float>& beginning = heard_.beginning.samples;
  const auto wanted = block.first(std::min(block.size(), kRateCheckFrames - beginning.size()));
  beginning.insert(beginning.end(), wanted.begin(), wanted.end());
}

Heard Listener::finish() && {
  for (audio::Resampler& resampler : resamplers_) {
    heard_.clips.push_back(std::move(resampler).finish());
  }
  return std::move(heard_);
}

Heard listen(const audio::AudioClip& clip, std::span<const int> rates_hz) {
  Listener listener(clip.sample_rate_hz, rates_hz);
  listener.expect(clip.samples.size());
  // By blocks, which stay in the processor's cache until all have taken them.
  constexpr std::size_t kBlockFrames = 8'192;
  for (std::span<const float> left(clip.samples); !left.empty();) {
    const auto block = left.first(std::min(kBlockFrames, left.size()));
    listener.take(block);
    left = left.subspan(block.size());
  }
  return std::move(listener).finish();
}

}  // namespace auscult::classify
