#include "batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "front_end.hpp"
#include "synthetic_dataset.hpp"

namespace auscult::train {
namespace {

TEST(Sampler, DrawsTheSameBatchForTheSameStep) {
  const Dataset dataset = synthetic_dataset();
  const Sampler sampler(dataset, 0);
  EXPECT_EQ(sampler.draw(1, 5).samples, sampler.draw(1, 5).samples);
  EXPECT_NE(sampler.draw(1, 5).samples, sampler.draw(1, 6).samples);
  EXPECT_NE(sampler.draw(1, 5).samples, sampler.draw(2, 5).samples);
}

TEST(Sampler, FillsEveryRow) {
  const Dataset dataset = synthetic_dataset();
  const Batch batch = Sampler(dataset, -1).draw(1, 0);
  EXPECT_EQ(batch.samples.size(), kBatch * kCropSamples);
  EXPECT_EQ(batch.mask.size(), kBatch * kCropSamples);
  EXPECT_EQ(batch.equaliser.size(), static_cast<std::size_t>(kBatch) * kBands);
  EXPECT_EQ(batch.blanked.size(), std::size_t{kBatch} * kBands * kCropSamples / kHopSamples);
  EXPECT_EQ(batch.labels.size(), kBatch * kLabels.size());
  EXPECT_EQ(batch.murmur.size(), static_cast<std::size_t>(kBatch));
}

TEST(Sampler, NeverDrawsFromTheFoldHeldOut) {
  // The held-out examples are made of values that would spread through any crop of them.
  Dataset dataset = synthetic_dataset();
  for (Example& example : dataset.examples) {
    if (example.fold == 1) std::fill(example.samples.begin(), example.samples.end(), NAN);
  }
  const Sampler sampler(dataset, 1);
  for (std::uint64_t step = 0; step < 10; ++step) {
    const Batch batch = sampler.draw(1, step);
    EXPECT_TRUE(std::ranges::all_of(batch.samples, [](float x) { return std::isfinite(x); }));
  }
}

TEST(Sampler, MixesOnlyRowsWithTheSameKindOfLabel) {
  const Dataset dataset = synthetic_dataset();
  const Sampler sampler(dataset, -1);
  for (std::uint64_t step = 0; step < 5; ++step) {
    const Batch batch = sampler.draw(1, step);
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto partner = static_cast<std::size_t>(batch.partner[i]);
      EXPECT_EQ(batch.murmur_weight[i], batch.murmur_weight[partner]);
      EXPECT_EQ(batch.labels[i * kLabels.size()] == 0, batch.labels[partner * kLabels.size()] == 0);
    }
  }
}

TEST(Sampler, FillsEveryRowWithoutCirCorToo) {
  Dataset dataset = synthetic_dataset();
  std::erase_if(dataset.examples, [](const Example& e) { return e.label == kUnlabelled; });
  const Batch batch = Sampler(dataset, 0).draw(1, 0);
  EXPECT_EQ(batch.samples.size(), kBatch * kCropSamples);
  for (std::size_t i = 0; i < kBatch; ++i) {
    EXPECT_GT(batch.labels[i * kLabels.size()], 0) << "row " << i << " has no label";
  }
}

}  // namespace
}  // namespace auscult::train
