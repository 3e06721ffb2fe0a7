#pragma once

#include "auscult/result.hpp"
#include "classify/classifier.hpp"

namespace auscult::classify {

/// Whether a model that has just been loaded is fit to answer: it classifies a few synthetic clips
/// (heart-like sounds, some longer than its longest length, noise, a click), and each answer must
/// have distinct labels that are not empty, finite probabilities that sum to 1, in every window
/// too, and be the same in another thread, in another order. Takes about 50 ms with the shipped
/// model. Fails with unsupported_model, naming clip and value, and as Classifier::classify() does.
Status self_check(const Classifier& classifier);

/// What self_check() asks of the answer to the clip called `clip`.
Status check_answer(const Classification& answer, const std::string& clip);

}  // namespace auscult::classify
