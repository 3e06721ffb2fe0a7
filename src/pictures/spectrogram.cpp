#include "pictures/spectrogram.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "audio/resample.hpp"

namespace auscult::pictures {
namespace {

// Twice the band and something for the resampler's slope.
constexpr int kRateHz = 4'000;
constexpr std::size_t kWindow = 512;
// Interpolates the spectrum, so that neighbouring low bands are not all the same bin.
constexpr std::size_t kTransform = 2'048;
constexpr float kFloorDbfs = -120;

using Spectrum = std::vector<std::complex<float>>;

/// In place; Cooley and Tukey, Mathematics of Computation 19 (1965) 297. A power of two.
void transform(Spectrum& values) {
  const std::size_t count = values.size();
  for (std::size_t i = 1, j = 0; i < count; ++i) {
    std::size_t bit = count / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(values[i], values[j]);
  }
  for (std::size_t length = 2; length <= count; length *= 2) {
    const auto step = std::polar(1.0F, -2 * std::numbers::pi_v<float> / static_cast<float>(length));
    for (std::size_t begin = 0; begin < count; begin += length) {
      std::complex<float> turn = 1;
      for (std::size_t i = begin; i < begin + length / 2; ++i) {
        const std::complex<float> even = values[i];
        const std::complex<float> odd = values[i + length / 2] * turn;
        values[i] = even + odd;
        values[i + length / 2] = even - odd;
        turn *= step;
      }
    }
  }
}

std::vector<float> hann() {
  std::vector<float> window(kWindow);
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double phase = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / kWindow;
    // Divided by half its sum, a sine of full scale comes out as 1.
    window[i] = static_cast<float>((0.5 - 0.5 * std::cos(phase)) * 4 / kWindow);
  }
  return window;
}

}  // namespace

double band_hz(double row, std::size_t rows) {
  return kLowHz * std::pow(kHighHz / kLowHz, (row + 0.5) / static_cast<double>(rows));
}

namespace {

/// The bin of the spectrum that is nearest to a place between the bands.
std::size_t bin_of(double row, std::size_t rows) {
  return static_cast<std::size_t>(std::lround(band_hz(row, rows) * kTransform / kRateHz));
}

}  // namespace

Spectrogram spectrogram(const audio::AudioClip& clip, std::size_t columns, std::size_t rows) {
  Spectrogram picture{columns, rows, std::vector<float>(columns * rows, kFloorDbfs)};
  if (clip.samples.empty()) return picture;
  const audio::AudioClip resampled = audio::resample(clip, kRateHz);
  const std::size_t count = resampled.samples.size();
  const std::vector<float> window = hann();

  Spectrum values(kTransform);
  for (std::size_t column = 0; column < columns; ++column) {
    // Half a window of silence stands before the first sample.
    const auto first =
        static_cast<std::size_t>((static_cast<double>(column) + 0.5) * static_cast<double>(count) /
                                 static_cast<double>(columns));
    std::fill(values.begin(), values.end(), 0);
    for (std::size_t i = 0; i < kWindow; ++i) {
      const std::size_t at = first + i;
      if (at >= kWindow / 2 && at < count + kWindow / 2) {
        values[i] = resampled.samples[at - kWindow / 2] * window[i];
      }
    }
    transform(values);
    for (std::size_t row = 0; row < rows; ++row) {
      float magnitude = 0;
      const std::size_t last = bin_of(static_cast<double>(row) + 0.5, rows);
      for (std::size_t bin = bin_of(static_cast<double>(row) - 0.5, rows); bin <= last; ++bin) {
        magnitude = std::max(magnitude, std::abs(values[bin]));
      }
      picture.dbfs[column * rows + row] =
          magnitude > 0 ? std::max(kFloorDbfs, 20 * std::log10(magnitude)) : kFloorDbfs;
    }
  }
  return picture;
}

}  // namespace auscult::pictures
