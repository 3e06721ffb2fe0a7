#include "features/evidence_features.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "features/feature_writer.hpp"

namespace auscult::features {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

bool is_finite(float value) { return std::isfinite(value); }

double feature(const std::vector<float>& values, std::string_view name) {
  const auto* const found = std::ranges::find(kEvidenceFeatures, name);
  return static_cast<double>(
      values.at(static_cast<std::size_t>(found - kEvidenceFeatures.begin())));
}

/// Ten beats at 75 a minute, of tones in a little noise, with the cycles where they were put.
struct ToneHeart {
  audio::AudioClip clip{.samples = std::vector<float>(16'000, 0.0F), .sample_rate_hz = 2000};
  beats::Heartbeats heartbeats;
};

void add_tone(audio::AudioClip& clip, double start_s, double length_s, double hz, double level) {
  const auto first = static_cast<std::size_t>(start_s * clip.sample_rate_hz);
  const auto count = static_cast<std::size_t>(length_s * clip.sample_rate_hz);
  for (std::size_t i = 0; i < count && first + i < clip.samples.size(); ++i) {
    const double t = static_cast<double>(i) / clip.sample_rate_hz;
    const double shape = std::sin(3.14159 * t / length_s);
    clip.samples[first + i] += static_cast<float>(level * shape * std::sin(6.28318 * hz * t));
  }
}

ToneHeart tone_heart() {
  ToneHeart heart;
  for (std::size_t i = 0; i < heart.clip.samples.size(); ++i) {
    heart.clip.samples[i] = 0.002F * (static_cast<float>((i * 7919) % 1009) / 504.5F - 1);
  }
  for (int beat = 0; beat < 10; ++beat) {
    const double time_s = 0.8 * beat;
    add_tone(heart.clip, time_s, 0.1, 50, 1);
    add_tone(heart.clip, time_s + 0.3, 0.1, 60, 0.5);
    for (const auto& [start_s, kind] :
         {std::pair{time_s, HeartSound::Kind::s1}, std::pair{time_s + 0.3, HeartSound::Kind::s2}}) {
      heart.heartbeats.sounds.push_back({.start_s = start_s, .end_s = start_s + 0.1, .kind = kind});
    }
    if (beat == 9) continue;
    heart.heartbeats.cycles.push_back({.s1_start_s = time_s,
                                       .s1_end_s = time_s + 0.1,
                                       .s2_start_s = time_s + 0.3,
                                       .s2_end_s = time_s + 0.4,
                                       .end_s = 0.8 * (beat + 1)});
  }
  heart.heartbeats.confidence = 0.9;
  return heart;
}

TEST(EvidenceFeatures, HaveNamesThatDiffer) {
  EXPECT_THAT(std::set(kEvidenceFeatures.begin(), kEvidenceFeatures.end()),
              SizeIs(kEvidenceFeatureCount));
}

TEST(EvidenceFeatures, AreFiniteWhateverTheClip) {
  const beats::Heartbeats none;
  for (const std::size_t count : {0U, 1U, 9U, 200U, 5'000U}) {
    for (const float level : {0.0F, 1e-30F, 1.0F, 1e15F}) {
      audio::AudioClip clip{.samples = std::vector<float>(count), .sample_rate_hz = 2000};
      for (std::size_t i = 0; i < count; ++i) clip.samples[i] = level * static_cast<float>(i % 3);
      const std::vector<float> values = evidence_features(clip, none);
      ASSERT_THAT(values, SizeIs(kEvidenceFeatureCount));
      EXPECT_THAT(values, Each(::testing::Truly(is_finite))) << count << " of " << level;
    }
  }
}

TEST(EvidenceFeatures, AreFiniteAlsoIfTheBeatsLieOutsideTheClip) {
  ToneHeart heart = tone_heart();
  heart.clip.samples.resize(1'000);
  EXPECT_THAT(evidence_features(heart.clip, heart.heartbeats), Each(::testing::Truly(is_finite)));
}

TEST(EvidenceFeatures, AreNeutralFromToldOnWithoutBeats) {
  const std::vector<float> values = evidence_features(
      tone_heart().clip, {.sounds = {}, .cycles = {}, .heart_rate_bpm = {}, .confidence = 0.3});
  EXPECT_NEAR(feature(values, "heart_posterior"), 0.3, 1e-6);
  const auto told = std::ranges::find(kEvidenceFeatures, "told") - kEvidenceFeatures.begin();
  EXPECT_THAT(std::vector<float>(values.begin() + told, values.end()), Each(0.0F));
}

TEST(EvidenceFeatures, DoNotDependOnGain) {
  ToneHeart heart = tone_heart();
  const std::vector<float> loud = evidence_features(heart.clip, heart.heartbeats);
  for (float& sample : heart.clip.samples) sample *= 0.001F;
  const std::vector<float> quiet = evidence_features(heart.clip, heart.heartbeats);
  for (std::size_t i = 0; i < kEvidenceFeatureCount; ++i) {
    EXPECT_NEAR(quiet[i], loud[i], 0.02 + 0.001 * std::abs(static_cast<double>(loud[i])))
        << kEvidenceFeatures[i];
  }
}

TEST(EvidenceFeatures, ShowTheOneBeatThatIsUnlikeTheOthers) {
  ToneHeart heart = tone_heart();
  const std::vector<float> regular = evidence_features(heart.clip, heart.heartbeats);
  add_tone(heart.clip, 0.8 * 4 + 0.55, 0.1, 50, 0.8);
  const std::vector<float> odd = evidence_features(heart.clip, heart.heartbeats);
  EXPECT_LT(feature(regular, "diastole_max_low"), 3);
  EXPECT_GT(feature(odd, "diastole_max_low"), 15);
  EXPECT_GT(feature(odd, "odd_cycle"), feature(regular, "odd_cycle") + 3);
  EXPECT_NEAR(feature(odd, "usual_cycle"), feature(regular, "usual_cycle"), 0.5);
  EXPECT_GT(feature(odd, "odd_peak_over_fourth"), feature(regular, "odd_peak_over_fourth") + 15);
  EXPECT_GT(feature(odd, "odd_peak"), -8);
  EXPECT_LT(feature(odd, "odd_peak_second"), -20);
  EXPECT_NEAR(feature(odd, "systole_max_low"), feature(regular, "systole_max_low"), 1);
}

TEST(EvidenceFeatures, ShowWhereAMurmurLies) {
  ToneHeart heart = tone_heart();
  for (int beat = 0; beat < 10; ++beat) add_tone(heart.clip, 0.8 * beat + 0.12, 0.16, 200, 0.1);
  const std::vector<float> values = evidence_features(heart.clip, heart.heartbeats);
  EXPECT_GT(feature(values, "systole_middle"), feature(values, "diastole_middle") + 15);
  EXPECT_GT(feature(values, "systole_120_200"), feature(values, "diastole_120_200") + 15);
}

TEST(EvidenceFeatures, ShowThatAHeartRecursAndNoiseDoesNot) {
  const ToneHeart heart = tone_heart();
  const std::vector<float> values = evidence_features(heart.clip, heart.heartbeats);
  EXPECT_GT(feature(values, "recurs_low"), 0.9);
  audio::AudioClip noise{.samples = std::vector<float>(16'000), .sample_rate_hz = 2000};
  std::uint32_t state = 1;
  for (float& sample : noise.samples) {
    state = state * 1664525U + 1013904223U;
    sample = static_cast<float>(state >> 8U) / 8388608.0F - 1;
  }
  const std::vector<float> of_noise = evidence_features(noise, {});
  EXPECT_LT(feature(of_noise, "recurs_low"), 0.4);
  EXPECT_NEAR(feature(of_noise, "tilt"), 0, 0.5);
  EXPECT_NEAR(feature(of_noise, "crossings"), 0.5, 0.03);
}

TEST(FeatureWriter, KeepsWhatIsNotFiniteOut) {
  FeatureWriter writer;
  writer.set("told", std::nan(""));
  writer.set("crest", 1e300);
  writer.set("tilt", -3);
  const std::vector<float> values = std::move(writer).values();
  EXPECT_EQ(feature(values, "told"), 0);
  EXPECT_EQ(feature(values, "crest"), 0);
  EXPECT_EQ(feature(values, "tilt"), -3);
}

}  // namespace
}  // namespace auscult::features
