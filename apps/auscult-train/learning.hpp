#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "dataset.hpp"
#include "weights.hpp"

/// Training and running one network. The only header that hides libtorch.
namespace auscult::train {

/// One network to train.
struct Lesson {
  int held_out = -1;  ///< The fold left out; -1 trains on everything.
  std::uint64_t seed = 1;
  int steps = 0;
  std::string checkpoint;     ///< A file; resumed from if it is there.
  int checkpoint_steps = 50;  ///< It is written every so many, and at the end.
};

/// Called after each step with (step, loss).
using StepListener = std::function<void(int, double)>;

/// Trains a network and returns its averaged weights. The same lesson gives the same weights to
/// the bit, also when it was stopped and resumed. One thread each; several may run side by side.
/// Fails with storage_failure if the checkpoint cannot be written, and with invalid_argument if it
/// is damaged or of another lesson.
Result<Weights> learn(const Dataset& dataset, const Lesson& lesson, const StepListener& listener);

/// The scores of whole clips (to kLongestClip samples; what is longer is cut into equal parts,
/// whose scores are averaged), [clips][kScores].
std::vector<std::vector<double>> score(const Weights& weights,
                                       const std::vector<const std::vector<float>*>& clips);

inline constexpr std::size_t kLongestClip = 60'000;  ///< 30 s.

}  // namespace auscult::train
