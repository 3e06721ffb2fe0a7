#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "beats_recordings.hpp"
#include "weights.hpp"

/// The network that hears S1 and S2. Only beats_learning.cpp needs libtorch.
namespace auscult::train {

inline constexpr int kBeatChannels = 48;
inline constexpr std::array kBeatDilations = {1, 2, 4, 8, 16, 32, 2, 1};

/// One network to train.
struct BeatLesson {
  int held_out = -1;  ///< The fold left out; -1 trains on everything.
  std::uint64_t seed = 1;
  int steps = 0;
};

/// Trains on the recordings outside the held-out fold and returns the averaged weights:
///   "stem.*": a convolution of width 5 and stride 2 over the bands, so that frames of 12.5 ms
///   become frames of 25 ms; "block<i>.*": for each of kBeatDilations a dilated convolution of
///   width 3, added to what it reads; each with batch norm (scale, shift, mean, variance);
///   "states.weight" and ".bias": the scores of the four states in the first and then the second
///   half of each frame.
/// The same lesson gives the same weights to the bit. One thread.
Weights learn_beats(const std::vector<HeartRecording>& recordings, const BeatLesson& lesson,
                    const std::function<void(int step, double loss)>& listener);

}  // namespace auscult::train
