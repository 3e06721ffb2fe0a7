#include "signal/spectrum.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace auscult::signal {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// A transform of one size, in place, after Cooley and Tukey (1965). Real and imaginary parts lie
// apart: std::complex's product checks for infinities, which costs more than the product.
class Transform {
 public:
  explicit Transform(std::size_t size)
      : real(size), imaginary(size), cosines_(size / 2), sines_(size / 2), mirrored_(size) {
    for (std::size_t i = 0; i < size / 2; ++i) {
      const double angle = kTwoPi * static_cast<double>(i) / static_cast<double>(size);
      cosines_[i] = static_cast<float>(std::cos(angle));
      sines_[i] = static_cast<float>(-std::sin(angle));
    }
    const auto top = size / 2;
    for (std::size_t i = 1; i < size; ++i) {
      mirrored_[i] = mirrored_[i / 2] / 2 + (i % 2) * top;
    }
  }

  void run() {
    const std::size_t size = real.size();
    for (std::size_t i = 0; i < size; ++i) {
      if (i < mirrored_[i]) {
        std::swap(real[i], real[mirrored_[i]]);
        std::swap(imaginary[i], imaginary[mirrored_[i]]);
      }
    }
    for (std::size_t half = 1; half < size; half *= 2) {
      const std::size_t stride = size / (2 * half);
      for (std::size_t begin = 0; begin < size; begin += 2 * half) {
        for (std::size_t k = 0; k < half; ++k) {
          const std::size_t i = begin + k;
          const std::size_t j = i + half;
          const float cosine = cosines_[k * stride];
          const float sine = sines_[k * stride];
          const float turned_real = real[j] * cosine - imaginary[j] * sine;
          const float turned_imaginary = real[j] * sine + imaginary[j] * cosine;
          real[j] = real[i] - turned_real;
          imaginary[j] = imaginary[i] - turned_imaginary;
          real[i] += turned_real;
          imaginary[i] += turned_imaginary;
        }
      }
    }
  }

  std::vector<float> real;
  std::vector<float> imaginary;

 private:
  std::vector<float> cosines_;
  std::vector<float> sines_;
  std::vector<std::size_t> mirrored_;  // each index with its bits in reverse
};

}  // namespace

std::vector<float> mean_power_spectrum(std::span<const float> samples, std::size_t size) {
  assert(size >= 4 && std::has_single_bit(size));
  std::vector<float> window(size);
  double window_sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    window[i] = static_cast<float>(
        0.5 - 0.5 * std::cos(kTwoPi * static_cast<double>(i) / static_cast<double>(size)));
    window_sum += static_cast<double>(window[i]);
  }

  const std::size_t hop = size / 2;
  const std::size_t frames = samples.size() <= size ? 1 : 1 + (samples.size() - size) / hop;
  Transform transform(size);
  const auto fill = [&](std::vector<float>& part, std::size_t frame) {
    const std::size_t begin = frame * hop;
    const std::size_t count = frame < frames ? std::min(size, samples.size() - begin) : 0;
    for (std::size_t i = 0; i < count; ++i) part[i] = window[i] * samples[begin + i];
    std::fill(part.begin() + static_cast<std::ptrdiff_t>(count), part.end(), 0.0F);
  };

  // Two frames at a time, as real and imaginary part: the sum of their powers at a frequency is
  // half the sum of the transform's powers at it and at its mirror image.
  std::vector<double> sums(size / 2 + 1, 0.0);
  for (std::size_t frame = 0; frame < frames; frame += 2) {
    fill(transform.real, frame);
    fill(transform.imaginary, frame + 1);
    transform.run();
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const std::size_t mirror = (size - k) % size;
      const float power = transform.real[k] * transform.real[k] +
                          transform.imaginary[k] * transform.imaginary[k] +
                          transform.real[mirror] * transform.real[mirror] +
                          transform.imaginary[mirror] * transform.imaginary[mirror];
      sums[k] += 0.5 * static_cast<double>(power);
    }
  }

  std::vector<float> spectrum(sums.size());
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const double sides = k == 0 || k == size / 2 ? 1 : 2;
    spectrum[k] = static_cast<float>(sides * sums[k] /
                                     (window_sum * window_sum * static_cast<double>(frames)));
  }
  return spectrum;
}

}  // namespace auscult::signal
