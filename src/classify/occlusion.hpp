#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "auscult/result.hpp"
#include "classify/calibration.hpp"
#include "core/recording.hpp"
#include "model/model.hpp"

namespace auscult::classify {

/// A stretch of samples, [begin, end).
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Equal parts of `samples` (at least one) samples, none longer than `longest`: what the network is
/// shown of a clip, one after the other.
std::vector<Part> parts_of(std::size_t samples, std::size_t longest);

/// Fills in the evidence of the windows and beats of `answer`: the logarithm of the odds of its
/// class, minus that when the network does not see the stretch (model::Hidden). A window's stretch
/// is the window; a beat's is half a heart cycle to either side of its middle. So a stretch that
/// speaks for the class has positive evidence, and the evidence of stretches that say the same
/// does not add up.
///
/// What a forest said of the whole clip stays as it is: for a class that the forest decides, the
/// evidence tells what the network would make of the stretch, and not why the forest chose it.
///
/// `samples` are the clip at the model's rate. A stretch which leaves less than kMinJudgeableS of
/// its part has no evidence; no more than kMaxOcclusions are tried, windows first. One run of the
/// network each. Fails as model::Model::run() does.
Status add_evidence(const model::Model& model, const Calibration& calibration,
                    std::span<const float> samples, model::Workspace& workspace,
                    Classification& answer);

/// A clip of five minutes has about as many windows and beats; the rest is left without evidence.
inline constexpr std::size_t kMaxOcclusions = 1'000;

}  // namespace auscult::classify
