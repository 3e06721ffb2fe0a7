// Which moments speak for an answer: the shipped model on synthetic hearts, by deletion.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "classify/classifier.hpp"
#include "classify/occlusion.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::classify {
namespace {

using audio::AudioClip;
using testing::synthesize;

constexpr int kRateHz = 2000;  // the model's own: what is cut is what it hears

class EvidenceTest : public ::testing::Test {
 protected:
  static Classifier load() {
    auto classifier = Classifier::load(AUSCULT_TEST_MODEL, {.precision = model::Precision::f32});
    EXPECT_TRUE(classifier) << classifier.error().message;
    return *std::move(classifier);
  }

  Classification explain(const AudioClip& clip, Evidence evidence = Evidence::include) {
    auto answer = classifier_.classify(clip, workspace_, evidence);
    EXPECT_TRUE(answer) << answer.error().message;
    return *std::move(answer);
  }

  Classifier classifier_ = load();
  Workspace workspace_ = classifier_.make_workspace();
};

/// A heart whose murmur comes and goes, as a patient breathes: loud from `start_s` to `end_s`.
AudioClip passing_murmur(double duration_s, double start_s, double end_s, double rate_bpm = 70) {
  AudioClip clip = synthesize({.rate_bpm = rate_bpm, .duration_s = duration_s}, kRateHz);
  const AudioClip murmur =
      synthesize({.rate_bpm = rate_bpm, .duration_s = duration_s, .murmur_level = 0.35}, kRateHz);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const double time_s = static_cast<double>(i) / kRateHz;
    if (time_s >= start_s && time_s < end_s) clip.samples[i] = murmur.samples[i];
  }
  return clip;
}

double log_odds(const Classification& answer, int class_index) {
  const double p =
      std::clamp(answer.probabilities[static_cast<std::size_t>(class_index)], 1e-12, 1 - 1e-12);
  return std::log(p / (1 - p));
}

TEST_F(EvidenceTest, IsGivenOnlyToWhoAsksAndChangesNothingElse) {
  const AudioClip clip = passing_murmur(12, 2, 10);
  Classification asked = explain(clip);
  const Classification plain = explain(clip, Evidence::omit);
  ASSERT_FALSE(asked.windows.empty());
  ASSERT_FALSE(asked.beats.empty());
  for (Window& window : asked.windows) {
    EXPECT_TRUE(window.evidence);
    window.evidence.reset();
  }
  for (HeartSound& beat : asked.beats) {
    EXPECT_TRUE(beat.evidence);
    beat.evidence.reset();
  }
  EXPECT_EQ(asked, plain);
}

TEST_F(EvidenceTest, IsGivenInClipsThatAreReadInParts) {
  const Classification answer = explain(synthesize({.duration_s = 32}, kRateHz));
  for (const Window& window : answer.windows) EXPECT_TRUE(window.evidence) << window.start_s;
}

TEST_F(EvidenceTest, IsLeftOutWhereNothingWouldBeLeftToHear) {
  const Classification answer = explain(synthesize({.duration_s = 4}, kRateHz));
  ASSERT_EQ(answer.windows.size(), 1U);
  EXPECT_FALSE(answer.windows[0].evidence);
  for (const HeartSound& beat : answer.beats) EXPECT_TRUE(beat.evidence);
}

TEST_F(EvidenceTest, ShowsThatTheOnlyQuietStretchSpeaksAgainstTheMurmurAroundIt) {
  for (const double rate_bpm : {70.0, 85.0}) {
    const Classification answer = explain(passing_murmur(16, 4, 16, rate_bpm));
    ASSERT_GE(answer.windows.size(), 5U);
    // What speaks for any other class speaks against a murmur.
    const double sign = answer.class_name() == "Murmur" ? 1 : -1;
    for (const Window& window : answer.windows) {
      ASSERT_TRUE(window.evidence);
      if (window.start_s == 0) {
        EXPECT_LT(sign * *window.evidence, -3) << rate_bpm;
      } else {
        EXPECT_GT(sign * *window.evidence, -1) << rate_bpm << ", " << window.start_s << " s";
      }
    }
  }
}

// Faithfulness: a clip without the quarter of its beats that have the highest evidence is less of
// its class than a clip without as many others, on average over hearts and over draws.
TEST_F(EvidenceTest, DeletingTheBeatsOfHighestEvidenceLowersTheOddsMoreThanDeletingOthers) {
  std::mt19937 random(20261124);
  double top_fall = 0;
  double random_fall = 0;
  int clips = 0;
  for (const double rate_bpm : {62.0, 74.0, 86.0}) {
    for (const double start_s : {1.0, 8.0}) {
      const AudioClip clip = passing_murmur(12, start_s, start_s + 4, rate_bpm);
      const Classification answer = explain(clip);
      // One beat a cycle: what is cut does not overlap.
      std::vector<HeartSound> beats;
      for (const HeartSound& beat : answer.beats) {
        if (beat.kind == HeartSound::Kind::s2 && beat.evidence) beats.push_back(beat);
      }
      ASSERT_GE(beats.size(), 8U) << rate_bpm;
      const double half_s = 30 / rate_bpm;
      const auto fall_without = [&](std::span<const HeartSound> cut) {
        AudioClip rest{.samples = {}, .sample_rate_hz = kRateHz};
        for (std::size_t i = 0; i < clip.samples.size(); ++i) {
          const double time_s = static_cast<double>(i) / kRateHz;
          const bool is_cut = std::ranges::any_of(cut, [&](const HeartSound& beat) {
            return std::abs(time_s - 0.5 * (beat.start_s + beat.end_s)) < half_s;
          });
          if (!is_cut) rest.samples.push_back(clip.samples[i]);
        }
        return log_odds(answer, answer.class_index) -
               log_odds(explain(rest, Evidence::omit), answer.class_index);
      };
      const std::size_t count = beats.size() / 4;
      constexpr int kDraws = 3;
      for (int draw = 0; draw < kDraws; ++draw) {
        std::ranges::shuffle(beats, random);
        random_fall += fall_without(std::span(beats).first(count)) / kDraws;
      }
      std::ranges::sort(beats, [](const HeartSound& a, const HeartSound& b) {
        return *a.evidence > *b.evidence;
      });
      top_fall += fall_without(std::span(beats).first(count));
      ++clips;
    }
  }
  RecordProperty("top_fall", std::to_string(top_fall / clips));
  RecordProperty("random_fall", std::to_string(random_fall / clips));
  EXPECT_GT(top_fall, random_fall + 0.1 * clips);
}

TEST(PartsOf, AreEqualAndNoneIsTooLong) {
  EXPECT_EQ(parts_of(100, 100).size(), 1U);
  const std::vector<Part> parts = parts_of(201, 100);
  ASSERT_EQ(parts.size(), 3U);
  std::size_t begin = 0;
  for (const Part& part : parts) {
    EXPECT_EQ(part.begin, begin);
    EXPECT_EQ(part.end - part.begin, 67U);
    begin = part.end;
  }
}

}  // namespace
}  // namespace auscult::classify
