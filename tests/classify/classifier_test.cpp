// The classifier with the shipped model, on signals made from formulas.

#include "classify/classifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "audio/resample.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::classify {
namespace {

using audio::AudioClip;
using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::Pointwise;
using ::testing::SizeIs;
using testing::synthesize;

class ClassifierTest : public ::testing::Test {
 protected:
  static Classifier load(const ClassifierOptions& options = {.precision = model::Precision::f32}) {
    auto classifier = Classifier::load(AUSCULT_TEST_MODEL, options);
    EXPECT_TRUE(classifier) << classifier.error().message;
    return *std::move(classifier);
  }

  [[nodiscard]] Classification classify(const AudioClip& clip) {
    auto answer = classifier_.classify(clip, workspace_);
    EXPECT_TRUE(answer) << answer.error().message;
    return *std::move(answer);
  }

  Classifier classifier_ = load();
  Workspace workspace_ = classifier_.make_workspace();
};

AudioClip make_clip(double duration_s, double (*sound)(double time_s)) {
  AudioClip clip{.samples = {}, .sample_rate_hz = 4000};
  clip.samples.resize(static_cast<std::size_t>(duration_s * clip.sample_rate_hz));
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    clip.samples[i] = static_cast<float>(sound(static_cast<double>(i) / clip.sample_rate_hz));
  }
  return clip;
}

TEST_F(ClassifierTest, KnowsTheFiveClassesInTheOrderOfTheContract) {
  EXPECT_THAT(classifier_.model().labels,
              ::testing::ElementsAre("Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"));
}

TEST_F(ClassifierTest, GivesProbabilitiesOfWhichTheConfidenceIsOne) {
  const Classification answer = classify(synthesize({}, 4000));
  ASSERT_THAT(answer.probabilities, SizeIs(5));
  EXPECT_NEAR(std::accumulate(answer.probabilities.begin(), answer.probabilities.end(), 0.0), 1.0,
              1e-9);
  EXPECT_THAT(answer.probabilities, Each(::testing::AllOf(::testing::Ge(0), ::testing::Le(1))));
  EXPECT_EQ(answer.confidence,
            100 * answer.probabilities[static_cast<std::size_t>(answer.class_index)]);
}

TEST_F(ClassifierTest, GivesTheSameAnswerTwice) {
  const AudioClip clip = synthesize({.murmur_level = 0.3}, 4000);
  const Classification first = classify(clip);
  static_cast<void>(classify(synthesize({.duration_s = 25}, 4000)));
  EXPECT_EQ(classify(clip), first);
}

TEST_F(ClassifierTest, DoesNotDependOnTheLevel) {
  const AudioClip loud = synthesize({.peak = 0.4}, 4000);
  AudioClip quiet = loud;
  for (float& sample : quiet.samples) sample *= 0.01F;
  // What is left is rounding of the samples to float.
  EXPECT_THAT(classify(quiet).probabilities,
              Pointwise(DoubleNear(1e-3), classify(loud).probabilities));
}

TEST_F(ClassifierTest, HardlyDependsOnTheSampleRate) {
  const Classification reference = classify(synthesize({}, 4000));
  for (const int rate_hz : {8000, 22'050, 44'100, 48'000}) {
    EXPECT_THAT(classify(synthesize({}, rate_hz)).probabilities,
                Pointwise(DoubleNear(0.02), reference.probabilities))
        << rate_hz;
  }
}

TEST_F(ClassifierTest, ShowsWindowsThatCoverTheClip) {
  for (const double duration_s : {1.3, 4.0, 5.0, 7.0, 12.6, 30.0, 75.0}) {
    const Classification answer = classify(synthesize({.duration_s = duration_s}, 4000));
    ASSERT_FALSE(answer.windows.empty());
    EXPECT_EQ(answer.windows.front().start_s, 0);
    EXPECT_NEAR(answer.windows.back().end_s, duration_s, 1e-3);
    for (std::size_t i = 0; i < answer.windows.size(); ++i) {
      const Window& window = answer.windows[i];
      EXPECT_LT(window.start_s, window.end_s);
      if (i > 0) {
        EXPECT_LE(window.start_s, answer.windows[i - 1].end_s);
      }
      EXPECT_NEAR(std::accumulate(window.probabilities.begin(), window.probabilities.end(), 0.0),
                  1.0, 1e-9);
    }
  }
}

TEST_F(ClassifierTest, HearsTheMurmurThatIsPutIn) {
  const auto murmur = [&](double level) {
    return classify(synthesize({.murmur_level = level}, 4000)).probabilities[1];
  };
  EXPECT_GT(murmur(0.5), murmur(0.0) + 0.1);
}

TEST_F(ClassifierTest, TellsTheHeartRateThatIsPutIn) {
  for (const double rate_bpm : {55.0, 72.0, 120.0}) {
    const Classification answer = classify(synthesize({.rate_bpm = rate_bpm}, 4000));
    ASSERT_TRUE(answer.heart_rate_bpm) << rate_bpm;
    EXPECT_NEAR(*answer.heart_rate_bpm, rate_bpm, 2);
    EXPECT_FALSE(answer.beats.empty());
  }
}

TEST_F(ClassifierTest, SaysThatNoiseHasNoHeartBeat) {
  const Classification answer =
      classify(make_clip(8, [](double t) { return 0.1 * testing::band_noise(t, 20, 1900, 3); }));
  EXPECT_EQ(answer.heart_rate_bpm, std::nullopt);
  EXPECT_THAT(answer.quality.reasons,
              ::testing::Contains(::testing::HasSubstr("no heart beat found")));
  EXPECT_FALSE(answer.reliable());
}

TEST_F(ClassifierTest, SuspectsTheRateOfAHeartThatWasRecordedFaster) {
  // 44.1 kHz called 16 kHz, the commonest fault: 72 bpm become 26, and all is an octave lower.
  AudioClip clip = synthesize({.rate_bpm = 72, .duration_s = 8}, 44'100);
  clip.sample_rate_hz = 16'000;
  EXPECT_THAT(classify(clip).quality.reasons,
              ::testing::Contains(::testing::HasSubstr("44100 Hz instead of 16000 Hz")));
}

TEST_F(ClassifierTest, SuspectsNoRateOfAHeartAtItsOwn) {
  for (const double rate_bpm : {50.0, 72.0, 120.0, 160.0}) {
    for (const std::string& reason :
         classify(synthesize({.rate_bpm = rate_bpm}, 16'000)).quality.reasons) {
      EXPECT_THAT(reason, ::testing::Not(::testing::HasSubstr("rate suspect")));
    }
  }
}

TEST_F(ClassifierTest, MeasuresRhythmAndMurmurOfAHeart) {
  const Classification answer = classify(synthesize({.rate_bpm = 75, .murmur_level = 0.3}, 4000));
  ASSERT_TRUE(answer.rhythm);
  EXPECT_NEAR(answer.rhythm->cycle_s, 0.8, 0.02);
  ASSERT_TRUE(answer.murmur);
  EXPECT_EQ(answer.murmur->timing, Murmur::Timing::holosystolic);
  EXPECT_GT(answer.murmur->systole_db, answer.murmur->diastole_db + 10);
}

TEST_F(ClassifierTest, CallsWhatIsNoHeartAnArtifactAndNeverAMurmurForSure) {
  struct Case {
    const char* name = nullptr;
    AudioClip clip;
  };
  const std::vector<Case> sounds = {
      {"noise", make_clip(8, [](double t) { return 0.1 * testing::band_noise(t, 20, 1900, 3); })},
      {"hum", make_clip(8, [](double t) { return 0.1 * std::sin(2 * std::numbers::pi * 50 * t); })},
      {"metronome",
       make_clip(8, [](double t) { return 0.5 * testing::burst(std::fmod(t, 0.5), 900, 0.02); })},
  };
  for (const auto& [name, clip] : sounds) {
    const Classification answer = classify(clip);
    const bool confident_murmur = answer.class_name() == "Murmur" && answer.confidence > 50 &&
                                  answer.quality.verdict == Quality::Verdict::good;
    EXPECT_FALSE(confident_murmur) << name << ": " << answer.confidence << " %";
  }
}

TEST_F(ClassifierTest, IsCertainThatSilenceAndASnippetAreArtifacts) {
  for (const AudioClip& clip :
       {make_clip(5, [](double) { return 0.25; }), synthesize({.duration_s = 0.5}, 4000)}) {
    const Classification answer = classify(clip);
    EXPECT_EQ(answer.class_name(), "Artifact");
    EXPECT_EQ(answer.confidence, 100);
    EXPECT_EQ(answer.quality.verdict, Quality::Verdict::poor);
  }
}

TEST_F(ClassifierTest, RefusesAnEmptyClip) {
  const auto answer = classifier_.classify({.samples = {}, .sample_rate_hz = 4000}, workspace_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument);
}

TEST_F(ClassifierTest, AgreesWithItselfInBfloat16) {
  const auto bf16 = Classifier::load(AUSCULT_TEST_MODEL, {.precision = model::Precision::bf16});
  if (!bf16) GTEST_SKIP() << bf16.error().message;
  auto workspace = bf16->make_workspace();
  for (const double level : {0.0, 0.2, 0.5}) {
    const AudioClip clip = synthesize({.murmur_level = level}, 4000);
    const auto answer = bf16->classify(clip, workspace);
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->probabilities, Pointwise(DoubleNear(0.02), classify(clip).probabilities));
  }
}

TEST(ClassifierLoad, NamesTheFolderThatHoldsNoModel) {
  const auto classifier = Classifier::load("/nowhere/at/all", {});
  ASSERT_FALSE(classifier);
  EXPECT_EQ(classifier.error().code, ErrorCode::not_found);
  EXPECT_THAT(classifier.error().message, ::testing::HasSubstr("/nowhere/at/all"));
}

TEST(Decision, IsReadByItsName) {
  for (const Decision decision : {Decision::natural, Decision::sqrt, Decision::balanced}) {
    EXPECT_EQ(parse_decision(to_string(decision)), decision);
  }
  EXPECT_EQ(parse_decision("loudest"), std::nullopt);
}

}  // namespace
}  // namespace auscult::classify
