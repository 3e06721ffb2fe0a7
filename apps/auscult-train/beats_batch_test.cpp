#include "beats_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

namespace auscult::train {
namespace {

constexpr std::array<std::size_t, 4> kStateFrames = {10, 16, 8, 30};

/// A heart that beats every 64 frames, annotated from end to end.
HeartTrack regular_heart() {
  HeartTrack track;
  for (int beat = 0; beat < 12; ++beat) {
    for (std::size_t state = 0; state < kStateFrames.size(); ++state) {
      const float power = state % 2 == 0 ? 10 : 1;
      const std::size_t frames = kStateFrames[state];
      track.states.insert(track.states.end(), frames, static_cast<int>(state));
      track.powers.insert(track.powers.end(), frames * kBands, power);
    }
  }
  return track;
}

BeatSampler regular_sampler() {
  return {{regular_heart()}, {std::vector<float>(std::size_t{kBeatFrames} * kBands, 1.0F)}};
}

/// The state wanted in each frame of a row, or nothing if the row is no heart.
std::optional<std::vector<int>> states_of(const BeatBatch& batch, int row) {
  std::vector<int> states;
  for (int t = 0; t < kBeatFrames; ++t) {
    const auto at = (static_cast<std::size_t>(row) * kBeatFrames + static_cast<std::size_t>(t)) *
                    beats::kStates;
    const auto begin = batch.targets.begin() + static_cast<std::ptrdiff_t>(at);
    const auto wanted = std::find(begin, begin + beats::kStates, 1.0F);
    if (wanted == begin + beats::kStates) return std::nullopt;
    states.push_back(static_cast<int>(wanted - begin));
  }
  return states;
}

/// Frames from each S1 to the next.
std::vector<double> cycles_of(const std::vector<int>& states) {
  std::vector<double> cycles;
  std::optional<std::size_t> last;
  for (std::size_t t = 1; t < states.size(); ++t) {
    if (states[t] != 0 || states[t - 1] == 0) continue;
    if (last) cycles.push_back(static_cast<double>(t - *last));
    last = t;
  }
  return cycles;
}

TEST(BeatSampler, KeepsTheOrderOfTheSounds) {
  const BeatSampler sampler = regular_sampler();
  int hearts = 0;
  for (std::uint64_t step = 0; step < 8; ++step) {
    const BeatBatch batch = sampler.draw(1, step);
    for (int row = 0; row < kBeatCrops; ++row) {
      const auto states = states_of(batch, row);
      if (!states) continue;
      ++hearts;
      for (std::size_t t = 1; t < states->size(); ++t) {
        const int before = (*states)[t - 1];
        ASSERT_TRUE((*states)[t] == before || (*states)[t] == (before + 1) % 4)
            << "step " << step << ", row " << row << ", frame " << t;
      }
    }
  }
  EXPECT_GT(hearts, 8 * kBeatCrops / 2);
}

TEST(BeatSampler, MakesSomeBeatsPrematureWithAPauseAfterThem) {
  const BeatSampler sampler = regular_sampler();
  int premature = 0;
  int regular = 0;
  for (std::uint64_t step = 0; step < 8; ++step) {
    const BeatBatch batch = sampler.draw(1, step);
    for (int row = 0; row < kBeatCrops; ++row) {
      const auto states = states_of(batch, row);
      if (!states) continue;
      const std::vector<double> cycles = cycles_of(*states);
      ASSERT_GE(cycles.size(), 2U);
      const auto shortest = std::min_element(cycles.begin(), cycles.end());
      const double longest = *std::max_element(cycles.begin(), cycles.end());
      if (longest - *shortest <= 1) {
        ++regular;
        continue;
      }
      // If the early beat begins before the row does, only its pause is seen.
      const bool is_early =
          std::ranges::count_if(cycles, [&](double cycle) { return cycle <= *shortest + 1; }) == 1;
      if (!is_early || shortest + 1 == cycles.end()) continue;
      ++premature;
      EXPECT_NEAR(*(shortest + 1), longest, 1) << "step " << step << ", row " << row;
    }
  }
  EXPECT_GT(premature, 8 * kBeatCrops / 20);
  EXPECT_GT(regular, premature);
}

TEST(BeatSampler, DrawsTheSameBatchForTheSameStep) {
  const BeatSampler sampler = regular_sampler();
  EXPECT_EQ(sampler.draw(1, 5).features, sampler.draw(1, 5).features);
  EXPECT_NE(sampler.draw(1, 5).features, sampler.draw(1, 6).features);
}

}  // namespace
}  // namespace auscult::train
