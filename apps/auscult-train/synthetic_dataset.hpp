#pragma once

#include <cmath>
#include <random>
#include <string>

#include "dataset.hpp"

namespace auscult::train {

/// Two made-up recordings of each class and murmur in each of two folds: beats of a class's own
/// pitch over noise, 2 to 7 s.
inline Dataset synthetic_dataset() {
  Dataset dataset;
  std::mt19937_64 random(11);
  std::normal_distribution<float> normal;
  const auto add = [&](int label, int murmur, int fold, int number) {
    Example example;
    example.file = std::to_string(label) + std::to_string(murmur) + std::to_string(number);
    example.group = example.file + "-" + std::to_string(fold);
    example.source = murmur == kUnlabelled ? (label % 2 == 0 ? "A" : "B") : "circor";
    if (murmur != kUnlabelled) {
      example.patient = example.group;
      example.patient_murmur = murmur == 1 ? "Present" : "Absent";
    }
    example.fold = fold;
    example.label = label;
    example.murmur = murmur;
    const float pitch = 0.1F + 0.1F * static_cast<float>(label == kUnlabelled ? murmur : label);
    example.samples.resize(4'000 + 5'000 * static_cast<std::size_t>(number));
    for (std::size_t i = 0; i < example.samples.size(); ++i) {
      const auto beat = static_cast<float>(i % 1'600);
      example.samples[i] =
          0.2F * std::exp(-beat / 150) * std::sin(pitch * beat) + 0.01F * normal(random);
    }
    dataset.examples.push_back(std::move(example));
  };
  for (int fold = 0; fold < 2; ++fold) {
    for (int number = 0; number < 2; ++number) {
      for (int label = 0; label < static_cast<int>(kLabels.size()); ++label) {
        add(label, kUnlabelled, fold, number);
      }
      for (int murmur = 0; murmur < 2; ++murmur) add(kUnlabelled, murmur, fold, number);
    }
  }
  return dataset;
}

}  // namespace auscult::train
