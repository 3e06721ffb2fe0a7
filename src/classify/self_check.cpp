#include "classify/self_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <set>
#include <string>
#include <vector>

namespace auscult::classify {
namespace {

// Probabilities are doubles from a softmax of floats.
constexpr double kSumTolerance = 1e-6;

struct NamedClip {
  std::string name;
  audio::AudioClip clip;
};

/// Two bursts in each beat of 0.8 s, as S1 and S2.
audio::AudioClip heart(int rate_hz, double duration_s) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = rate_hz};
  const auto frames = static_cast<std::size_t>(duration_s * rate_hz);
  for (std::size_t i = 0; i < frames; ++i) {
    double sample = 0;
    for (const double onset_s : {0.1, 0.4}) {
      const double since_s = std::fmod(static_cast<double>(i) / rate_hz, 0.8) - onset_s;
      if (since_s >= 0) {
        sample += 0.4 * std::exp(-since_s / 0.03) * std::sin(2 * std::numbers::pi * 60 * since_s);
      }
    }
    clip.samples.push_back(static_cast<float>(sample));
  }
  return clip;
}

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

std::vector<NamedClip> make_clips(const model::ModelInfo& model) {
  NamedClip click{"a click", {std::vector<float>(800, 0.0F), 8'000}};
  click.clip.samples[100] = 0.9F;
  return {{"heart sounds", heart(16'000, 5)},
          {"long noise", noise(model.sample_rate_hz, model.lengths.back() * 3 / 2)},
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
  for (const auto& [name, clip] : make_clips(classifier.model())) {
    std::array<Result<Classification>, 2> answers = {fail(ErrorCode::internal, ""),
                                                     fail(ErrorCode::internal, "")};
    for (Result<Classification>& answer : answers) {
      Workspace workspace = classifier.make_workspace();
      answer = classifier.classify(clip, workspace);
      if (!answer) {
        return fail(answer.error().code, "self-test: " + name + ": " + answer.error().message);
      }
      if (Status checked = check_answer(*answer, name); !checked) return checked;
    }
    if (*answers[0] != *answers[1]) {
      return fail(ErrorCode::unsupported_model,
                  "self-test: " + name + " is answered in two ways, with " +
                      std::to_string(answers[0]->confidence) + " % and " +
                      std::to_string(answers[1]->confidence) + " %");
    }
  }
  return Ok{};
}

}  // namespace auscult::classify
