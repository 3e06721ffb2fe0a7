#include "classify/heard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "classify/rate_check.hpp"

namespace auscult::classify {
namespace {

constexpr std::array kRatesHz = {2'000, 4'000};

audio::AudioClip tone(std::size_t frames, int rate_hz) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = rate_hz};
  for (std::size_t i = 0; i < frames; ++i) {
    clip.samples.push_back(0.5F * std::sin(0.05F * static_cast<float>(i % 10'000)));
  }
  return clip;
}

TEST(Listener, HearsTheSameHoweverARecordingIsCut) {
  const audio::AudioClip clip = tone(100'000, 16'000);
  const Heard whole = listen(clip, kRatesHz);
  Listener listener(clip.sample_rate_hz, kRatesHz);
  listener.expect(7);  // Others come than were expected.
  for (std::size_t i = 0; i < clip.samples.size(); i += 1'000) {
    listener.take(std::span(clip.samples).subspan(i, 1'000));
  }
  const Heard cut = std::move(listener).finish();
  for (const int rate_hz : kRatesHz) EXPECT_EQ(cut.at(rate_hz), whole.at(rate_hz));
  EXPECT_EQ(cut.beginning, clip);
  EXPECT_EQ(cut.duration_s(), clip.duration_s());
  EXPECT_EQ(cut.level.level(), audio::measure_level(clip));
  EXPECT_DOUBLE_EQ(cut.level.rms(), whole.level.rms());
}

TEST(Listener, KeepsOfALongRecordingOnlyTheBeginningAsItCame) {
  const audio::AudioClip clip = tone(kRateCheckFrames + 5, 48'000);
  const Heard heard = listen(clip, {});
  ASSERT_EQ(heard.beginning.samples.size(), kRateCheckFrames);
  EXPECT_EQ(heard.beginning.samples.back(), clip.samples[kRateCheckFrames - 1]);
  EXPECT_EQ(heard.level.frames(), clip.samples.size());
}

}  // namespace
}  // namespace auscult::classify
