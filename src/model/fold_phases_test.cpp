#include "model/fold_phases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <numbers>

namespace auscult::model {
namespace {

/// Filters of a spectrum under a window, all cosines before all sines, each with its own phase.
struct Spectrum {
  Tensor filters;
  Tensor bands;
};

Spectrum spectrum(std::int64_t pairs, std::int64_t taps, double phase) {
  Spectrum made{.filters = {{2 * pairs, 1, taps}, {}, {}, false},
                .bands = {{2, 2 * pairs, 1}, {}, {}, false}};
  for (const double quarter : {0.0, 0.5 * std::numbers::pi}) {
    for (std::int64_t k = 1; k <= pairs; ++k) {
      for (std::int64_t n = 0; n < taps; ++n) {
        const double place = (static_cast<double>(n) + 0.5) / static_cast<double>(taps);
        const double window = std::sin(std::numbers::pi * place);
        const double angle = 2 * std::numbers::pi * static_cast<double>(k) * place;
        made.filters.floats.push_back(static_cast<float>(
            window * std::cos(angle + phase * static_cast<double>(k) - quarter)));
      }
    }
  }
  for (int band = 0; band < 2; ++band) {
    for (std::int64_t i = 0; i < 2 * pairs; ++i) {
      made.bands.floats.push_back(static_cast<float>(i % pairs + 1 + band));
    }
  }
  return made;
}

std::vector<float> wave(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t n = 0; n < count; ++n) {
    samples[n] = std::sin(0.7F * static_cast<float>(n * n));
  }
  return samples;
}

double band_of(const Spectrum& spectrum, const std::vector<float>& frame, std::size_t band) {
  const std::size_t count = spectrum.filters.floats.size() / frame.size();
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    double amplitude = 0;
    for (std::size_t n = 0; n < frame.size(); ++n) {
      amplitude += static_cast<double>(spectrum.filters.floats[i * frame.size() + n] * frame[n]);
    }
    sum += static_cast<double>(spectrum.bands.floats[band * count + i]) * amplitude * amplitude;
  }
  return sum;
}

double band_of(const FoldedFilters& folded, const std::vector<float>& frame, std::size_t band) {
  const std::size_t taps = frame.size();
  const std::size_t odd_taps = taps / 2;
  const std::size_t even_taps = taps - odd_taps;
  const std::size_t pairs = folded.even.floats.size() / even_taps;
  double sum = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    double even = 0;
    double odd = 0;
    for (std::size_t n = 0; n < even_taps; ++n) {
      const float both = n < odd_taps ? frame[n] + frame[taps - 1 - n] : frame[n];
      even += static_cast<double>(folded.even.floats[i * even_taps + n] * both);
    }
    for (std::size_t n = 0; n < odd_taps; ++n) {
      const float difference = frame[n] - frame[taps - 1 - n];
      odd += static_cast<double>(folded.odd.floats[i * odd_taps + n] * difference);
    }
    sum += static_cast<double>(folded.bands.floats[band * pairs + i]) * (even * even + odd * odd);
  }
  return sum;
}

class FoldPhases : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(FoldPhases, GivesTheSameBandsOfHalfTheFilters) {
  const std::int64_t taps = GetParam();
  const Spectrum original = spectrum(5, taps, 0.3);
  const auto folded = fold_phases(original.filters, original.bands);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->even.dims, (Shape{5, (taps + 1) / 2}));
  EXPECT_EQ(folded->odd.dims, (Shape{5, taps / 2}));
  EXPECT_EQ(folded->bands.dims, (Shape{2, 5}));
  const std::vector<float> frame = wave(static_cast<std::size_t>(taps));
  for (const std::size_t band : {0U, 1U}) {
    const double expected = band_of(original, frame, band);
    EXPECT_NEAR(band_of(*folded, frame, band), expected, 1e-5 * expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Taps, FoldPhases, ::testing::Values(24, 25));

TEST(FoldPhases, LeavesFiltersWithoutAPartnerOfTheSameWeights) {
  Spectrum other = spectrum(5, 24, 0.3);
  other.bands.floats[0] += 1;
  EXPECT_FALSE(fold_phases(other.filters, other.bands));
}

TEST(FoldPhases, LeavesFiltersOfOneWeight) {
  const Tensor filters{{2, 1, 1}, {0, 0}, {}, false};
  const Tensor bands{{1, 2, 1}, {1, 1}, {}, false};
  EXPECT_FALSE(fold_phases(filters, bands));
}

TEST(FoldPhases, LeavesFiltersThatCannotBeTurned) {
  Spectrum other = spectrum(5, 24, 0.3);
  other.filters.floats[3] += 1e-3F;
  EXPECT_FALSE(fold_phases(other.filters, other.bands));
}

}  // namespace
}  // namespace auscult::model
