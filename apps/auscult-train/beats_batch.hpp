#pragma once

#include <cstdint>
#include <vector>

#include "augment.hpp"
#include "beats/posteriors.hpp"
#include "front_end.hpp"

namespace auscult::train {

/// A recording as the network sees it: the front end's bands and the state in each frame.
struct HeartTrack {
  std::vector<float> powers;  ///< [frames, kBands]; the recording's RMS is 1.
  std::vector<int> states;    ///< [frames], kNotAnnotated where nobody knows.
};

inline constexpr int kBeatCrops = 32;
inline constexpr int kBeatFrames = 352;  ///< 4.4 s: at least three cycles of most hearts.

/// Row-major, kBeatCrops rows.
struct BeatBatch {
  std::vector<float> features;  ///< [kBeatCrops, kBands, kBeatFrames]
  std::vector<float> mask;      ///< [kBeatCrops, 1, kBeatFrames], 1 where the clip is.
  /// [kBeatCrops, kBeatFrames, beats::kStates]: the wanted posterior; all 0 where nobody knows.
  std::vector<float> targets;
};

/// Draws batches from tracks. Augments by time (a cycle 0.75 to 1.6 times as long: the annotated
/// hearts are mostly children's), premature beats with their pause, murmurs, equaliser, noise and
/// sounds that are no heart, 0 to 33 dB below, and hidden bands and moments. One row in ten is no
/// heart at all; what is wanted of it is the prior, from which the decoder learns nothing.
///
/// Immutable after construction: any thread.
class BeatSampler {
 public:
  /// `noises` are the bands of sounds that are no heart, each of kBeatFrames at least, RMS 1.
  BeatSampler(std::vector<HeartTrack> tracks, std::vector<std::vector<float>> noises)
      : tracks_(std::move(tracks)), noises_(std::move(noises)) {}

  /// The batch of a step: the same for the same seed and step.
  [[nodiscard]] BeatBatch draw(std::uint64_t seed, std::uint64_t step) const;

 private:
  std::vector<HeartTrack> tracks_;
  std::vector<std::vector<float>> noises_;
};

}  // namespace auscult::train
