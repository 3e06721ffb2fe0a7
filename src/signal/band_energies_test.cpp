#include "signal/band_energies.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

namespace auscult::signal {
namespace {

using ::testing::Each;

audio::AudioClip sine(double hz, int rate_hz = 2000, double offset = 0) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = rate_hz};
  for (int i = 0; i < 4 * rate_hz; ++i) {
    clip.samples.push_back(
        static_cast<float>(offset + std::sin(2 * std::numbers::pi * hz * i / rate_hz)));
  }
  return clip;
}

TEST(BandEnergies, PutsASineIntoItsBand) {
  constexpr std::array<double, kBands> kCentresHz = {38, 85, 155, 283, 566};
  for (std::size_t band = 0; band < kBands; ++band) {
    const Bands power = BandEnergies(sine(kCentresHz[band])).mean(1, 3);
    EXPECT_GT(power[band], 0.12) << band;
    for (std::size_t other = 0; other < kBands; ++other) {
      if (other == band) continue;
      EXPECT_LT(power[other], 0.35 * power[band]) << band << ' ' << other;
    }
  }
}

TEST(BandEnergies, FallsByTwentyFourDecibelsAnOctaveAtLeast) {
  const Bands power = BandEnergies(sine(45)).mean(1, 3);
  EXPECT_LT(to_db(power[3]) - to_db(power[0]), -45);  // two octaves below 200 Hz
}

TEST(BandEnergies, DoesNotShiftAClickInTime) {
  audio::AudioClip clip{.samples = std::vector<float>(4000, 0.0F), .sample_rate_hz = 2000};
  clip.samples[2004] = clip.samples[2005] = 1;  // the middle of frame 200
  const BandEnergies energies(clip);
  for (std::size_t band = 0; band < kBands; ++band) {
    for (std::size_t away = 1; away < 10; ++away) {
      EXPECT_NEAR(to_db(energies.at(200 - away, band, band)),
                  to_db(energies.at(200 + away, band, band)), 3)
          << band << ' ' << away;
    }
  }
}

TEST(BandEnergies, IsTheSameAtAnySampleRate) {
  const Bands slow = BandEnergies(sine(150, 2000)).mean(1, 3);
  const Bands fast = BandEnergies(sine(150, 44'100)).mean(1, 3);
  EXPECT_NEAR(fast[2], slow[2], 0.01 * slow[2]);
}

TEST(BandEnergies, DoesNotTakeAnOffsetForSound) {
  audio::AudioClip still{.samples = std::vector<float>(4000, 0.3F), .sample_rate_hz = 2000};
  EXPECT_THAT(BandEnergies(still).mean(0, 2), Each(::testing::Lt(1e-9)));
}

TEST(BandEnergies, AreNothingInDigitalSilence) {
  audio::AudioClip clip = sine(150);
  std::fill(clip.samples.begin() + 2000, clip.samples.end(), 0.0F);
  EXPECT_THAT(BandEnergies(clip).mean(2, 4), Each(::testing::Lt(1e-12)));
}

TEST(BandEnergies, AreRelativeToTheClipAtAnyGainAndOffset) {
  const Bands loud = BandEnergies(sine(90)).mean(1, 3);
  audio::AudioClip quiet = sine(90);
  for (float& sample : quiet.samples) sample = 0.25F + 0.001F * sample;
  EXPECT_NEAR(BandEnergies(quiet).mean(1, 3)[1], loud[1], 0.001);
  EXPECT_NEAR(loud[1], 0.35, 0.1);
}

TEST(BandEnergies, GivesNothingOfWhatLiesOutsideTheClip) {
  const BandEnergies energies(sine(150));
  EXPECT_THAT(energies.mean(5, 6), Each(0.0));
  EXPECT_THAT(energies.mean(-1, -0.5), Each(0.0));
  EXPECT_GT(energies.mean(3.9, 6)[2], 0.1);
  EXPECT_GT(energies.mean(2, 2)[2], 0);
}

TEST(BandEnergies, OfALongClipDoNotShowWhereItsBlocksEnd) {
  // Blocks of 10 s, so 7 to 12 s lie in two of them; by itself the cut clip is one.
  std::mt19937 random(1);
  std::normal_distribution<float> noise;
  audio::AudioClip clip{.samples = std::vector<float>(60'000), .sample_rate_hz = kBandsRateHz};
  for (float& sample : clip.samples) sample = noise(random);
  const audio::AudioClip cut{
      .samples = {clip.samples.begin() + 14'000, clip.samples.begin() + 24'000},
      .sample_rate_hz = kBandsRateHz};
  const BandEnergies whole(clip);
  const BandEnergies part(cut);
  ASSERT_EQ(whole.frames(), 6'000U);
  // Each is relative to its own clip's power, which cancels in shares of what lies far from edges.
  const auto share = [](const BandEnergies& energies, std::size_t frame, std::size_t band,
                        double begin_s) {
    return energies.at(frame, band, band) / energies.mean(begin_s + 1, begin_s + 4)[band];
  };
  for (std::size_t frame = 300; frame < 700; ++frame) {
    for (std::size_t band = 0; band < kBands; ++band) {
      const double expected = share(part, frame, band, 0);
      EXPECT_NEAR(share(whole, frame + 1'400, band, 7), expected, 1e-3 * expected)
          << frame << ' ' << band;
    }
  }
}

TEST(BandEnergies, TakesAnEmptyClip) {
  const BandEnergies energies({.samples = {}, .sample_rate_hz = 2000});
  EXPECT_EQ(energies.frames(), 0U);
  EXPECT_THAT(energies.mean(0, 1), Each(0.0));
}

}  // namespace
}  // namespace auscult::signal
