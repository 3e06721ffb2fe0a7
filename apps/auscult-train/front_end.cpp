#include "front_end.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace auscult::train {
namespace {

constexpr double kLowHz = 20;
constexpr double kHighHz = 1000;

double bin_hz(int bin) {
  return static_cast<double>(kFirstBin + bin) * kSampleRateHz / kFftSamples;
}

double scale(double hz) { return std::log1p(hz / 300.0); }

}  // namespace

std::vector<float> fourier_kernels() {
  std::vector<double> window(kFrameSamples);
  double energy = 0;
  for (int n = 0; n < kFrameSamples; ++n) {
    const double phase = 2 * std::numbers::pi * (n + 0.5) / kFrameSamples;
    window[static_cast<std::size_t>(n)] = 0.5 - 0.5 * std::cos(phase);
    energy += std::pow(window[static_cast<std::size_t>(n)], 2);
  }
  std::vector<float> kernels;
  kernels.reserve(2UL * kBins * kFrameSamples);
  for (const double quarter : {0.0, 0.5 * std::numbers::pi}) {
    for (int bin = 0; bin < kBins; ++bin) {
      const double step = 2 * std::numbers::pi * bin_hz(bin) / kSampleRateHz;
      for (int n = 0; n < kFrameSamples; ++n) {
        kernels.push_back(static_cast<float>(window[static_cast<std::size_t>(n)] *
                                             std::cos(step * n - quarter) / std::sqrt(energy)));
      }
    }
  }
  return kernels;
}

std::vector<float> band_weights() {
  const double low = scale(kLowHz);
  const double step = (scale(kHighHz) - low) / (kBands + 1);
  std::vector<float> weights;
  weights.reserve(static_cast<std::size_t>(kBands) * kBins);
  for (int band = 0; band < kBands; ++band) {
    std::vector<double> triangle(kBins);
    double sum = 0;
    for (int bin = 0; bin < kBins; ++bin) {
      const double distance = std::abs(scale(bin_hz(bin)) - low - step * (band + 1)) / step;
      triangle[static_cast<std::size_t>(bin)] = std::max(0.0, 1 - distance);
      sum += triangle[static_cast<std::size_t>(bin)];
    }
    for (const double weight : triangle) weights.push_back(static_cast<float>(weight / sum));
  }
  return weights;
}

}  // namespace auscult::train
