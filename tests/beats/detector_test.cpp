// The heart-sound detector with the shipped model, on signals made from formulas.

#include "beats/detector.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "audio/resample.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::beats {
namespace {

using audio::AudioClip;
using ::testing::IsEmpty;
using testing::synthesize;

constexpr double kPi = std::numbers::pi;
constexpr int kRateHz = 4000;

class Detector : public ::testing::Test {
 protected:
  static HeartSoundDetector load() {
    auto detector = HeartSoundDetector::load(AUSCULT_SOURCE_DIR "/models/auscult-1/beats.onnx",
                                             model::Precision::f32);
    EXPECT_TRUE(detector) << detector.error().message;
    return *std::move(detector);
  }

  Heartbeats detect(const AudioClip& clip) {
    auto heartbeats = detector_.detect(clip, workspace_);
    EXPECT_TRUE(heartbeats) << heartbeats.error().message;
    return *std::move(heartbeats);
  }

  HeartSoundDetector detector_ = load();
  model::Workspace workspace_ = detector_.make_workspace();
};

class DetectorAtRate : public Detector, public ::testing::WithParamInterface<double> {};

template <typename Sound>
AudioClip make_clip(double duration_s, const Sound& sound) {
  AudioClip clip{.samples = {}, .sample_rate_hz = kRateHz};
  const auto count = static_cast<std::size_t>(duration_s * kRateHz);
  for (std::size_t i = 0; i < count; ++i) {
    clip.samples.push_back(static_cast<float>(sound(static_cast<double>(i) / kRateHz)));
  }
  return clip;
}

std::size_t count_of(const Heartbeats& heartbeats, HeartSound::Kind kind) {
  return static_cast<std::size_t>(std::ranges::count(heartbeats.sounds, kind, &HeartSound::kind));
}

/// The share of the sounds of a kind that begin within 60 ms of `first_s` plus whole cycles.
double share_in_place(const Heartbeats& heartbeats, HeartSound::Kind kind, double first_s,
                      double cycle_s) {
  std::size_t in_place = 0;
  for (const HeartSound& sound : heartbeats.sounds) {
    const double cycles = (sound.start_s - first_s) / cycle_s;
    const double off_s = std::abs(cycles - std::round(cycles)) * cycle_s;
    if (sound.kind == kind && off_s <= 0.06) ++in_place;
  }
  return static_cast<double>(in_place) / static_cast<double>(count_of(heartbeats, kind));
}

TEST_P(DetectorAtRate, TheHeartRateIsToldWithinTwoBeatsAMinute) {
  const Heartbeats heartbeats = detect(synthesize({.rate_bpm = GetParam()}, kRateHz));
  EXPECT_NEAR(heartbeats.heart_rate_bpm.value_or(0), GetParam(), 2);
}

TEST_P(DetectorAtRate, EachSoundIsFoundWhereItWasPut) {
  const Heartbeats heartbeats = detect(synthesize({.rate_bpm = GetParam()}, kRateHz));
  const double cycle_s = 60 / GetParam();
  const double beats = 10 / cycle_s;
  EXPECT_NEAR(static_cast<double>(count_of(heartbeats, HeartSound::Kind::s1)), beats, 1.5);
  EXPECT_NEAR(static_cast<double>(count_of(heartbeats, HeartSound::Kind::s2)), beats, 1.5);
  EXPECT_GE(share_in_place(heartbeats, HeartSound::Kind::s1, 0, cycle_s), 0.9);
  EXPECT_GE(share_in_place(heartbeats, HeartSound::Kind::s2, 0.08 + 0.28 * cycle_s, cycle_s), 0.9);
}

INSTANTIATE_TEST_SUITE_P(Rates, DetectorAtRate, ::testing::Values(60.0, 90.0, 140.0));

TEST_F(Detector, AMurmurDoesNotHideTheBeat) {
  const Heartbeats heartbeats = detect(synthesize({.rate_bpm = 80, .murmur_level = 0.3}, kRateHz));
  EXPECT_NEAR(heartbeats.heart_rate_bpm.value_or(0), 80, 2);
}

TEST_F(Detector, TheGainDoesNotMatter) {
  const AudioClip clip = synthesize({.rate_bpm = 75}, kRateHz);
  AudioClip quiet = clip;
  for (float& sample : quiet.samples) sample *= 0.0625F;
  EXPECT_EQ(detect(quiet).sounds, detect(clip).sounds);
}

TEST_F(Detector, TheSampleRateHardlyMatters) {
  const AudioClip clip = synthesize({.rate_bpm = 75}, 16000);
  const Heartbeats fast = detect(clip);
  const Heartbeats slow = detect(audio::resample(clip, 4000));
  ASSERT_EQ(fast.sounds.size(), slow.sounds.size());
  for (std::size_t i = 0; i < fast.sounds.size(); ++i) {
    EXPECT_NEAR(fast.sounds[i].start_s, slow.sounds[i].start_s, 0.026);
  }
}

TEST_F(Detector, ALongClipIsReadInPartsWithoutASeam) {
  const Heartbeats heartbeats = detect(synthesize({.rate_bpm = 75, .duration_s = 70}, kRateHz));
  std::vector<double> starts_s;
  for (const HeartSound& sound : heartbeats.sounds) {
    if (sound.kind == HeartSound::Kind::s1) starts_s.push_back(sound.start_s);
  }
  ASSERT_GE(starts_s.size(), 86U);
  for (std::size_t i = 1; i < starts_s.size(); ++i) {
    EXPECT_NEAR(starts_s[i] - starts_s[i - 1], 0.8, 0.08) << "at " << starts_s[i] << " s";
  }
}

TEST_F(Detector, NothingIsToldOfSilence) {
  EXPECT_THAT(detect(make_clip(10, [](double) { return 0.0; })).sounds, IsEmpty());
}

TEST_F(Detector, NothingIsToldOfNoise) {
  EXPECT_THAT(
      detect(make_clip(10, [](double t) { return 0.1 * testing::band_noise(t, 20, 900, 7); }))
          .sounds,
      IsEmpty());
}

TEST_F(Detector, NothingIsToldOfHum) {
  EXPECT_THAT(detect(make_clip(10,
                               [](double t) {
                                 return 0.2 * std::sin(2 * kPi * 50 * t) +
                                        0.05 * std::sin(2 * kPi * 150 * t);
                               }))
                  .sounds,
              IsEmpty());
}

TEST_F(Detector, NothingIsToldOfOneBeat) {
  EXPECT_THAT(detect(synthesize({.rate_bpm = 60, .duration_s = 1.1}, kRateHz)).sounds, IsEmpty());
}

TEST_F(Detector, AnEmptyClipIsAnError) {
  const auto heartbeats = detector_.detect({.samples = {}, .sample_rate_hz = 4000}, workspace_);
  ASSERT_FALSE(heartbeats);
  EXPECT_EQ(heartbeats.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace auscult::beats
