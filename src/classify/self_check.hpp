#pragma once

#include "auscult/result.hpp"
#include "classify/classifier.hpp"

namespace auscult::classify {

/// Whether a model that has just been loaded is fit to answer: it classifies a few synthetic clips
/// (heart-like sounds, noise longer than its longest length, a click), and each answer must have
/// distinct labels that are not empty, finite probabilities that sum to 1, in every window too, and
/// be the same again in fresh memory. Takes about 0.2 s with the shipped model. Fails with
/// unsupported_model, naming clip and value, and as Classifier::classify() does.
Status self_check(const Classifier& classifier);

/// What self_check() asks of the answer to the clip called `clip`.
Status check_answer(const Classification& answer, const std::string& clip);

}  // namespace auscult::classify
