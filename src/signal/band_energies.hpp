#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::signal {

/// The bands in which heart sounds and murmurs are measured, each up to where the next begins: the
/// body of S1 and S2 with S3 and S4, their edges, low, middle and high murmurs.
inline constexpr std::array<double, 6> kBandEdgesHz = {25, 60, 120, 200, 400, 800};
inline constexpr std::size_t kBands = kBandEdgesHz.size() - 1;

/// One number for each band.
using Bands = std::array<double, kBands>;

/// The rate at which bands are measured.
inline constexpr int kBandsRateHz = 2000;

/// The power of a clip over time, band by band, relative to the power of the whole clip without its
/// mean: the same at any gain. Of a clip that does not move everything is 0.
class BandEnergies {
 public:
  static constexpr double kFrameS = 0.005;

  /// Filters the clip (any rate; brought to 2 kHz) forwards and backwards with Butterworth's
  /// band-passes of second order, so that nothing is shifted in time and the edges fall by 24 dB an
  /// octave. 10 s take about 0.1 ms.
  explicit BandEnergies(const audio::AudioClip& clip);

  [[nodiscard]] std::size_t frames() const { return sums_.size() - 1; }
  [[nodiscard]] double duration_s() const { return static_cast<double>(frames()) * kFrameS; }

  /// The mean power in each band over the frames of [start_s, end_s), at least one; zeros if the
  /// stretch lies outside the clip.
  [[nodiscard]] Bands mean(double start_s, double end_s) const;

  /// The power of the frames [begin, end) in the bands [first, last], summed.
  [[nodiscard]] double power(std::size_t begin, std::size_t end, std::size_t first,
                             std::size_t last) const {
    double sum = 0;
    for (std::size_t band = first; band <= last; ++band) {
      sum += sums_[end][band] - sums_[begin][band];
    }
    return sum;
  }

  /// The same of one frame.
  [[nodiscard]] double at(std::size_t frame, std::size_t first, std::size_t last) const {
    return power(frame, frame + 1, first, last);
  }

 private:
  std::vector<Bands> sums_;  // of the frames before this one
};

/// 10 log10 of a relative power. 60 dB below the clip counts as silence: some devices gate what is
/// quiet to nothing.
double to_db(double power);

}  // namespace auscult::signal
