#pragma once

#include <cstddef>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::pictures {

/// The band of heart sounds and murmurs.
inline constexpr double kLowHz = 20;
inline constexpr double kHighHz = 1'000;

/// How loud each band is at each moment, in dB of full scale.
struct Spectrogram {
  std::size_t columns = 0;  ///< Moments, equally far apart.
  std::size_t rows = 0;     ///< Bands from kLowHz up to kHighHz, on a logarithmic scale.
  std::vector<float> dbfs;  ///< columns x rows, one moment after the other; at least -120.

  [[nodiscard]] float at(std::size_t column, std::size_t row) const {
    return dbfs[column * rows + row];
  }
};

/// The frequency in the middle of a band.
double band_hz(double row, std::size_t rows);

/// Short-time spectra of 128 ms under a Hann window, enough to tell S1 from S2 in time and 8 Hz in
/// frequency; of each band its loudest part. A sine of full scale is at 0 dB. Any thread.
Spectrogram spectrogram(const audio::AudioClip& clip, std::size_t columns, std::size_t rows);

}  // namespace auscult::pictures
