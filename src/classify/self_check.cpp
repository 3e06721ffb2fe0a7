#include "classify/self_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "audio/synthetic_heart.hpp"

namespace auscult::classify {
namespace {

// Probabilities are doubles from a softmax of floats.
constexpr double kSumTolerance = 1e-6;

struct NamedClip {
  std::string name;
  audio::AudioClip clip;
};

/// The same noise each time: a linear congruential generator (Knuth's MMIX constants).
audio::AudioClip noise(int rate_hz, std::size_t frames) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = rate_hz};
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < frames; ++i) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    clip.samples.push_back(static_cast<float>(state >> 40U) / 16'777'216.0F - 0.5F);
  }
  return clip;
}

// Clear enough not to be tried at other rates, which would take longer than all the rest.
audio::AudioClip heart(int rate_hz, double duration_s) {
  return audio::synthesize({.duration_s = duration_s, .noise_level = 0}, rate_hz);
}

std::vector<NamedClip> make_clips(const model::ModelInfo& model) {
  NamedClip click{"a click", {std::vector<float>(800, 0.0F), 8'000}};
  click.clip.samples[100] = 0.9F;
  // Just longer than the longest length, so that it is cut into parts.
  const double long_s =
      0.5 + static_cast<double>(model.lengths.back()) / static_cast<double>(model.sample_rate_hz);
  // Too short for that.
  const std::size_t short_noise = 3 * static_cast<std::size_t>(model.sample_rate_hz);
  return {{"heart sounds", heart(16'000, 4)},
          {"a long recording", heart(model.sample_rate_hz, long_s)},
          {"noise", noise(model.sample_rate_hz, short_noise)},
          std::move(click)};
}

Status check_probabilities(const std::vector<double>& probabilities, std::size_t labels,
                           const std::string& where) {
  if (probabilities.size() != labels) {
    return fail(ErrorCode::unsupported_model,
                "self-test: " + where + " has " + std::to_string(probabilities.size()) +
                    " probabilities for " + std::to_string(labels) + " labels");
  }
  double sum = 0;
  for (const double probability : probabilities) {
    if (!(probability >= 0 && probability <= 1)) {
      return fail(ErrorCode::unsupported_model,
                  "self-test: a probability of " + where + " is " + std::to_string(probability));
    }
    sum += probability;
  }
  if (!(std::abs(sum - 1) <= kSumTolerance)) {
    return fail(ErrorCode::unsupported_model,
                "self-test: the probabilities of " + where + " sum to " + std::to_string(sum));
  }
  return Ok{};
}

}  // namespace

Status check_answer(const Classification& answer, const std::string& clip) {
  const std::set<std::string> distinct(answer.labels.begin(), answer.labels.end());
  if (answer.labels.empty() || distinct.size() != answer.labels.size() || distinct.contains("")) {
    return fail(ErrorCode::unsupported_model, "self-test: a label is empty or given twice");
  }
  const auto labels = static_cast<int>(answer.labels.size());
  if (answer.class_index < 0 || answer.class_index >= labels) {
    return fail(ErrorCode::unsupported_model, "self-test: the class of " + clip + " is number " +
                                                  std::to_string(answer.class_index));
  }
  Status checked = check_probabilities(answer.probabilities, answer.labels.size(), clip);
  for (const Window& window : answer.windows) {
    if (!checked) break;
    checked = check_probabilities(window.probabilities, answer.labels.size(),
                                  clip + " at " + std::to_string(window.start_s) + " s");
  }
  return checked;
}

Status self_check(const Classifier& classifier) {
  const std::vector<NamedClip> clips = make_clips(classifier.model());
  // Once in the order of the clips and once from the last to the first, at the same time: an answer
  // depends neither on what was asked before nor on the thread.
  const auto ask = [&](bool from_last) {
    std::vector<Result<Classification>> answers(clips.size(),
                                                fail(ErrorCode::internal, "not asked"));
    Workspace workspace = classifier.make_workspace();
    for (std::size_t i = 0; i < clips.size(); ++i) {
      const std::size_t which = from_last ? clips.size() - 1 - i : i;
      answers[which] = classifier.classify(clips[which].clip, workspace);
    }
    return answers;
  };
  std::future<std::vector<Result<Classification>>> backwards =
      std::async(std::launch::async, ask, true);
  const std::vector<Result<Classification>> first = ask(false);
  const std::vector<Result<Classification>> again = backwards.get();

  for (std::size_t i = 0; i < clips.size(); ++i) {
    const std::string& name = clips[i].name;
    for (const Result<Classification>& answer : {std::cref(first[i]), std::cref(again[i])}) {
      if (!answer) {
        return fail(answer.error().code, "self-test: " + name + ": " + answer.error().message);
      }
      if (Status checked = check_answer(*answer, name); !checked) return checked;
    }
    if (*first[i] != *again[i]) {
      return fail(ErrorCode::unsupported_model,
                  "self-test: " + name + " is answered in two ways, with " +
                      std::to_string(first[i]->confidence) + " % and " +
                      std::to_string(again[i]->confidence) + " %");
    }
  }
  return Ok{};
}

}  // namespace auscult::classify
