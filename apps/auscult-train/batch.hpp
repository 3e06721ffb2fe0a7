#pragma once

#include <cstdint>
#include <vector>

#include "augment.hpp"
#include "dataset.hpp"

namespace auscult::train {

inline constexpr std::size_t kCropSamples = 10'000;  ///< 5 s.
inline constexpr int kBatch = 42;
inline constexpr int kNegativeCrops = 2;  ///< Sounds that are no heart.
inline constexpr int kCircorCrops = 20;   ///< None without CirCor; the rest is PASCAL.

/// One training step's input: row-major, kBatch rows. Row i is mixed with row `partner[i]`, of
/// which it keeps the share `own[i]`.
struct Batch {
  std::vector<float> samples;    ///< [kBatch, kCropSamples]
  std::vector<float> mask;       ///< [kBatch, kCropSamples]
  std::vector<float> equaliser;  ///< [kBatch, kBands], factors of power.
  std::vector<float> blanked;    ///< [kBatch, kBands, frames], 0 where a mask hides the features.
  std::vector<std::int64_t> partner;
  std::vector<float> own;
  std::vector<float> labels;         ///< [kBatch, 5], smoothed, all 0 where there is no label.
  std::vector<float> murmur;         ///< [kBatch], 0 to 1.
  std::vector<float> murmur_weight;  ///< [kBatch], 0 where it is not known.
};

/// Draws batches from the examples outside one fold. Immutable after construction: any thread.
class Sampler {
 public:
  /// `held_out` is a fold, or -1 to train on everything. The dataset outlives the sampler.
  Sampler(const Dataset& dataset, int held_out);

  /// The batch of a step: the same for the same seed and step.
  [[nodiscard]] Batch draw(std::uint64_t seed, std::uint64_t step) const;

 private:
  /// Examples of one kind, each drawn with its weight.
  struct Source {
    std::vector<std::size_t> examples;
    std::vector<double> weights;
    int crops = 0;  ///< In each batch.
  };
  static void add(const std::vector<float>& crop, int label, int murmur, Random& random,
                  Batch& batch);

  const Dataset& dataset_;
  Source pascal_;
  Source circor_;
};

}  // namespace auscult::train
