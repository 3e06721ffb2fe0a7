#include "pictures/spectrogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "audio/sound_test.hpp"

namespace auscult::pictures {
namespace {

constexpr std::size_t kRows = 60;

std::size_t loudest_row(const Spectrogram& picture, std::size_t column) {
  std::size_t loudest = 0;
  for (std::size_t row = 1; row < picture.rows; ++row) {
    if (picture.at(column, row) > picture.at(column, loudest)) loudest = row;
  }
  return loudest;
}

TEST(Spectrogram, ShowsASineInItsBandAndAtItsLevel) {
  for (const double frequency_hz : {60.0, 150.0, 700.0}) {
    const Spectrogram picture =
        spectrogram({audio::sine(frequency_hz, 16'000, 2, 0.1), 16'000}, 20, kRows);
    const std::size_t row = loudest_row(picture, 10);
    EXPECT_NEAR(band_hz(static_cast<double>(row), kRows) / frequency_hz, 1, 0.05);
    EXPECT_NEAR(picture.at(10, row), -20, 1);
  }
}

TEST(Spectrogram, ShowsWhenSomethingSounds) {
  std::vector<float> samples(16'000);
  const std::vector<float> tone = audio::sine(200, 8'000, 0.5, 0.5);
  std::copy(tone.begin(), tone.end(), samples.begin() + 8'000);
  const Spectrogram picture = spectrogram({samples, 8'000}, 20, kRows);
  const std::size_t row = loudest_row(picture, 12);
  EXPECT_GT(picture.at(12, row), -12);
  EXPECT_EQ(picture.at(4, row), -120);
  EXPECT_EQ(picture.at(18, row), -120);
}

TEST(Spectrogram, OfNothingIsSilent) {
  const Spectrogram picture = spectrogram({{}, 8'000}, 3, 4);
  EXPECT_EQ(picture.dbfs, std::vector<float>(12, -120.0F));
}

TEST(BandHz, GoesFromTheLowestToTheHighest) {
  EXPECT_NEAR(band_hz(-0.5, kRows), kLowHz, 1e-9);
  EXPECT_NEAR(band_hz(kRows - 0.5, kRows), kHighHz, 1e-9);
}

}  // namespace
}  // namespace auscult::pictures
