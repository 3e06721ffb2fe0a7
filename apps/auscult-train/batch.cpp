#include "batch.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "front_end.hpp"
#include "negatives.hpp"

namespace auscult::train {
namespace {

constexpr double kSmoothing = 0.05;
// Not for CirCor: between a faint murmur and none there is no half (AUROC .89 with, .91 without).
constexpr double kMixShare = 0.5;
constexpr int kMaxBlankFrames = 24;  // 0.3 s of 80 frames a second.
constexpr int kMaxBlankBands = 4;
constexpr std::size_t kFrames = kCropSamples / kHopSamples;

// Each class as often as the root of its count: between frequencies and equality.
template <typename Key>
std::vector<double> root_weights(const Dataset& dataset, const std::vector<std::size_t>& chosen,
                                 Key key) {
  std::array<double, kLabels.size()> counts{};
  for (const std::size_t i : chosen) ++counts[static_cast<std::size_t>(key(dataset.examples[i]))];
  std::vector<double> weights;
  for (const std::size_t i : chosen) {
    weights.push_back(1 / std::sqrt(counts[static_cast<std::size_t>(key(dataset.examples[i]))]));
  }
  return weights;
}

void blank(std::vector<float>& blanked, Random& random) {
  const std::size_t row = blanked.size();
  blanked.resize(row + static_cast<std::size_t>(kBands) * kFrames, 1.0F);
  const auto number = [&](int low, int high) {
    return static_cast<std::size_t>(std::uniform_int_distribution<int>(low, high)(random));
  };
  const std::size_t frames = number(0, kMaxBlankFrames);
  const std::size_t first_frame = number(0, static_cast<int>(kFrames - frames));
  const std::size_t bands = number(0, kMaxBlankBands);
  const std::size_t first_band = number(0, static_cast<int>(kBands - bands));
  for (std::size_t band = 0; band < kBands; ++band) {
    const bool hidden = band >= first_band && band < first_band + bands;
    float* values = blanked.data() + row + band * kFrames;
    if (hidden) {
      std::fill_n(values, kFrames, 0.0F);
    } else {
      std::fill_n(values + first_frame, frames, 0.0F);
    }
  }
}

}  // namespace

Sampler::Sampler(const Dataset& dataset, int held_out) : dataset_(dataset) {
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
    const Example& example = dataset.examples[i];
    if (example.fold == held_out) continue;
    if (example.label != kUnlabelled) pascal_.examples.push_back(i);
    if (example.murmur != kUnlabelled) circor_.examples.push_back(i);
  }
  pascal_.weights =
      root_weights(dataset, pascal_.examples, [](const Example& e) { return e.label; });
  circor_.weights =
      root_weights(dataset, circor_.examples, [](const Example& e) { return e.murmur; });
  circor_.crops = circor_.examples.empty() ? 0 : kCircorCrops;
  pascal_.crops = kBatch - kNegativeCrops - circor_.crops;
}

void Sampler::add(const std::vector<float>& crop, int label, int murmur, Random& random,
                  Batch& batch) {
  batch.samples.insert(batch.samples.end(), crop.begin(), crop.end());
  batch.samples.resize(batch.samples.size() + kCropSamples - crop.size(), 0.0F);
  batch.mask.resize(batch.mask.size() + crop.size(), 1.0F);
  batch.mask.resize(batch.mask.size() + kCropSamples - crop.size(), 0.0F);
  const std::vector<float> equaliser = random_equaliser(random);
  batch.equaliser.insert(batch.equaliser.end(), equaliser.begin(), equaliser.end());
  blank(batch.blanked, random);
  for (int k = 0; k < static_cast<int>(kLabels.size()); ++k) {
    const double smooth = kSmoothing / static_cast<double>(kLabels.size());
    const double target = (k == label ? 1 - kSmoothing : 0) + smooth;
    batch.labels.push_back(label == kUnlabelled ? 0.0F : static_cast<float>(target));
  }
  batch.murmur.push_back(murmur == 1 ? 1 - static_cast<float>(kSmoothing) / 2
                                     : static_cast<float>(kSmoothing) / 2);
  batch.murmur_weight.push_back(murmur == kUnlabelled ? 0.0F : 1.0F);
}

Batch Sampler::draw(std::uint64_t seed, std::uint64_t step) const {
  Random random = random_for(seed, step, 1);
  Batch batch;
  for (int i = 0; i < kNegativeCrops; ++i) {
    const auto kind =
        static_cast<Negative>(std::uniform_int_distribution<int>(0, kNegatives - 1)(random));
    add(synthesise(kind, kCropSamples, random), kArtifact, 0, random, batch);
  }
  for (const Source* source : {&pascal_, &circor_}) {
    std::discrete_distribution<std::size_t> draw(source->weights.begin(), source->weights.end());
    for (int i = 0; i < source->crops; ++i) {
      const Example& example = dataset_.examples[source->examples[draw(random)]];
      add(random_crop(example.samples, kCropSamples, random), example.label, example.murmur, random,
          batch);
    }
  }
  const int labelled = kNegativeCrops + pascal_.crops;
  for (int i = 0; i < kBatch; ++i) {
    // Only rows with the same kind of label are mixed.
    const bool mixed = i < labelled && uniform(random, 0, 1) < kMixShare;
    const int first = i < kNegativeCrops ? 0 : kNegativeCrops;
    const int last = i < kNegativeCrops ? kNegativeCrops : labelled;
    batch.partner.push_back(mixed ? std::uniform_int_distribution<int>(first, last - 1)(random)
                                  : i);
    batch.own.push_back(mixed ? static_cast<float>(uniform(random, 0.5, 1)) : 1.0F);
  }
  return batch;
}

}  // namespace auscult::train
