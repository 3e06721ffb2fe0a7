#include "beats/heartbeats.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "beats/cycle_length.hpp"
#include "beats/decoder.hpp"

namespace auscult::beats {
namespace {

using ::testing::IsEmpty;

constexpr double kFrameS = 0.0125;

/// Numbers in [0, 1), always the same.
class Random {
 public:
  double next() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<double>(state_ >> 8U) / static_cast<double>(1U << 24U);
  }

 private:
  std::uint32_t state_ = 1;
};

/// Posteriors as a network might give them, sure but not certain.
class SyntheticHeart {
 public:
  void add(State state, double seconds) {
    extend(seconds, [&](std::size_t s) {
      return s == static_cast<std::size_t>(state) ? 10 + 20 * random_.next() : 1;
    });
  }

  /// Frames in which nothing can be heard.
  void add_unknown(double seconds) {
    extend(seconds, [&](std::size_t) { return 1 + 0.5 * random_.next(); });
  }

  void add_beat(double cycle_s) {
    const double systole_s = 0.05 + 0.15 * std::min(cycle_s, 1.0);
    const double sound_s = cycle_s < 0.4 ? 0.08 : 0.11;
    add(State::s1, sound_s);
    add(State::systole, systole_s);
    add(State::s2, sound_s);
    add(State::diastole, cycle_s - 2 * sound_s - systole_s);
  }

  [[nodiscard]] const Posteriors& posteriors() const { return posteriors_; }

 private:
  template <typename Odds>
  void extend(double seconds, const Odds& odds) {
    time_s_ += seconds;
    while (static_cast<double>(posteriors_.frames()) + 0.5 < time_s_ / kFrameS) {
      std::array<double, kStates> row{};
      double sum = 0;
      for (std::size_t s = 0; s < kStates; ++s) sum += row[s] = odds(s);
      for (const double value : row) posteriors_.values.push_back(static_cast<float>(value / sum));
    }
  }

  Posteriors posteriors_{.values = {}, .frame_s = kFrameS};
  Random random_;
  double time_s_ = 0;
};

Posteriors hearts_of(const std::vector<double>& cycles_s) {
  SyntheticHeart heart;
  for (const double cycle_s : cycles_s) heart.add_beat(cycle_s);
  return heart.posteriors();
}

Posteriors regular_heart(double rate_bpm, double duration_s) {
  const auto beats = static_cast<std::size_t>(duration_s * rate_bpm / 60);
  return hearts_of(std::vector<double>(beats, 60 / rate_bpm));
}

std::vector<double> starts_of(const Heartbeats& heartbeats, HeartSound::Kind kind) {
  std::vector<double> starts;
  for (const HeartSound& sound : heartbeats.sounds) {
    if (sound.kind == kind) starts.push_back(sound.start_s);
  }
  return starts;
}

/// When each beat of hearts_of() begins.
std::vector<double> onsets_of(const std::vector<double>& cycles_s) {
  std::vector<double> onsets;
  double time_s = 0;
  for (const double cycle_s : cycles_s) {
    onsets.push_back(time_s);
    time_s += cycle_s;
  }
  return onsets;
}

// Two frames: where the posteriors waver, the usual duration decides.
constexpr double kToleranceS = 2 * kFrameS;

auto near_each(const std::vector<double>& times_s) {
  std::vector<::testing::Matcher<double>> matchers;
  for (const double time_s : times_s) {
    matchers.push_back(::testing::DoubleNear(time_s, kToleranceS + 1e-9));
  }
  return ::testing::ElementsAreArray(matchers);
}

class AtRate : public ::testing::TestWithParam<double> {};

TEST_P(AtRate, TheRateIsToldWithinTwoPercent) {
  const Heartbeats heartbeats = find_heartbeats(regular_heart(GetParam(), 15));
  ASSERT_TRUE(heartbeats.heart_rate_bpm.has_value());
  EXPECT_NEAR(*heartbeats.heart_rate_bpm, GetParam(), 0.02 * GetParam());
}

TEST_P(AtRate, TheFirstCandidateIsTheCycleAndNotAMultipleOfIt) {
  const std::vector<double> candidates = cycle_length_candidates(regular_heart(GetParam(), 15));
  ASSERT_FALSE(candidates.empty());
  EXPECT_NEAR(candidates.front(), 60 / GetParam(), 0.02);
}

INSTANTIATE_TEST_SUITE_P(Heartbeats, AtRate,
                         ::testing::Values(32.0, 40.0, 60.0, 75.0, 90.0, 110.0, 140.0, 180.0,
                                           210.0));

TEST(Heartbeats, SoundsLieWhereTheyWerePut) {
  const Heartbeats heartbeats = find_heartbeats(regular_heart(60, 5));
  EXPECT_THAT(starts_of(heartbeats, HeartSound::Kind::s1), near_each({0, 1, 2, 3, 4}));
  EXPECT_THAT(starts_of(heartbeats, HeartSound::Kind::s2),
              near_each({0.31, 1.31, 2.31, 3.31, 4.31}));
}

TEST(Heartbeats, AClipMayBeginAndEndAnywhereInTheCycle) {
  const Posteriors whole = hearts_of({0.8, 0.8, 0.8, 0.8, 0.8, 0.8});
  for (const int cut : {3, 11, 20, 40, 55}) {
    const auto begin = whole.values.begin() + cut * static_cast<std::ptrdiff_t>(kStates);
    const Posteriors clip{.values = {begin, begin + static_cast<std::ptrdiff_t>(kStates * 5 * 64)},
                          .frame_s = kFrameS};
    std::vector<double> s2 = starts_of(find_heartbeats(clip), HeartSound::Kind::s2);
    const double first_s = 0.28 - cut * kFrameS + (cut >= 40 ? 0.8 : 0);
    s2.resize(4);
    EXPECT_THAT(s2, near_each({first_s, first_s + 0.8, first_s + 1.6, first_s + 2.4}))
        << "cut by " << cut << " frames";
  }
}

TEST(Heartbeats, APrematureBeatAndItsPauseStaySegmented) {
  // The sixth beat is followed at 55 % of the cycle, and the next waits until two cycles are full.
  std::vector<double> cycles_s(14, 0.8);
  cycles_s[5] = 0.44;
  cycles_s[6] = 1.16;
  const Heartbeats heartbeats = find_heartbeats(hearts_of(cycles_s));
  EXPECT_THAT(starts_of(heartbeats, HeartSound::Kind::s1), near_each(onsets_of(cycles_s)));
  EXPECT_NEAR(heartbeats.heart_rate_bpm.value_or(0), 75, 1);
}

TEST(Heartbeats, AnIrregularRhythmIsFollowedBeatByBeat) {
  std::vector<double> cycles_s;
  Random random;
  for (int i = 0; i < 24; ++i) cycles_s.push_back(0.5 + 0.5 * random.next());
  EXPECT_THAT(starts_of(find_heartbeats(hearts_of(cycles_s)), HeartSound::Kind::s1),
              near_each(onsets_of(cycles_s)));
}

TEST(Heartbeats, ASoundThatIsNotHeardIsFoundByItsNeighbours) {
  SyntheticHeart heart;
  for (int beat = 0; beat < 6; ++beat) {
    heart.add(State::s1, 0.11);
    heart.add(State::systole, 0.19);
    if (beat == 2 || beat == 4) {
      heart.add_unknown(0.1);
    } else {
      heart.add(State::s2, 0.1);
    }
    heart.add(State::diastole, 0.4);
  }
  EXPECT_THAT(starts_of(find_heartbeats(heart.posteriors()), HeartSound::Kind::s2),
              near_each({0.3, 1.1, 1.9, 2.7, 3.5, 4.3}));
}

TEST(Heartbeats, OneFrameOfCertainNonsenseChangesNothing) {
  Posteriors posteriors = regular_heart(75, 4);
  for (std::size_t s = 0; s < kStates; ++s) posteriors.values[176 * kStates + s] = s == 2 ? 1 : 0;
  EXPECT_THAT(starts_of(find_heartbeats(posteriors), HeartSound::Kind::s2),
              near_each({0.28, 1.08, 1.88, 2.68, 3.48}));
}

TEST(Heartbeats, NothingIsToldOfNoise) {
  SyntheticHeart heart;
  heart.add_unknown(20);
  const Heartbeats heartbeats = find_heartbeats(heart.posteriors());
  EXPECT_THAT(heartbeats.sounds, IsEmpty());
  EXPECT_FALSE(heartbeats.heart_rate_bpm.has_value());
  EXPECT_LT(heartbeats.confidence, 0.4);
}

TEST(Heartbeats, NothingIsToldOfPosteriorsThatNeverChange) {
  const Heartbeats heartbeats =
      find_heartbeats({.values = std::vector<float>(800 * kStates, 0.25F), .frame_s = kFrameS});
  EXPECT_THAT(heartbeats.sounds, IsEmpty());
  EXPECT_EQ(heartbeats.confidence, 0);
}

TEST(Heartbeats, NothingIsToldOfLessThanTwoCycles) {
  EXPECT_THAT(find_heartbeats(regular_heart(75, 1.6)).sounds, IsEmpty());
  EXPECT_THAT(find_heartbeats({.values = {}, .frame_s = kFrameS}).sounds, IsEmpty());
  EXPECT_THAT(find_heartbeats({.values = {1, 0, 0, 0}, .frame_s = kFrameS}).sounds, IsEmpty());
}

TEST(Heartbeats, ThreeCyclesAreEnough) {
  EXPECT_NEAR(find_heartbeats(regular_heart(75, 2.45)).heart_rate_bpm.value_or(0), 75, 2);
}

TEST(Heartbeats, AStretchOfNoiseIsLeftOutAndTheRestIsTold) {
  SyntheticHeart heart;
  for (int beat = 0; beat < 10; ++beat) heart.add_beat(0.8);
  heart.add_unknown(6);
  for (int beat = 0; beat < 10; ++beat) heart.add_beat(0.8);
  const Heartbeats heartbeats = find_heartbeats(heart.posteriors());
  EXPECT_NEAR(heartbeats.heart_rate_bpm.value_or(0), 75, 1.5);
  EXPECT_TRUE(std::ranges::none_of(heartbeats.sounds, [](const HeartSound& sound) {
    return sound.start_s > 9.5 && sound.end_s < 12.5;
  }));
  EXPECT_EQ(std::ranges::count(heartbeats.sounds, HeartSound::Kind::s1, &HeartSound::kind), 20);
}

TEST(Heartbeats, ALongClipIsDecodedInPartsWithoutLosingOrDoublingABeat) {
  // A heart that slows from 120 to 60 bpm within two minutes.
  std::vector<double> cycles_s;
  double time_s = 0;
  while (time_s < 120) {
    cycles_s.push_back(0.5 + 0.5 * time_s / 120);
    time_s += cycles_s.back();
  }
  const Posteriors posteriors = hearts_of(cycles_s);
  const Heartbeats heartbeats = find_heartbeats(posteriors);
  const auto beats = static_cast<std::ptrdiff_t>(cycles_s.size());
  EXPECT_EQ(std::ranges::count(heartbeats.sounds, HeartSound::Kind::s1, &HeartSound::kind), beats);
  EXPECT_EQ(std::ranges::count(heartbeats.sounds, HeartSound::Kind::s2, &HeartSound::kind), beats);
}

}  // namespace
}  // namespace auscult::beats
