#include "signal/spectrum.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <utility>

namespace auscult::signal {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// What is the same for all transforms of one size.
struct Tables {
  Tables() = default;
  explicit Tables(std::size_t size)
      : window(size), cosines(size / 2), sines(size / 2), mirrored(size) {
    for (std::size_t i = 0; i < size; ++i) {
      const double angle = kTwoPi * static_cast<double>(i) / static_cast<double>(size);
      window[i] = static_cast<float>(0.5 - 0.5 * std::cos(angle));
      if (i >= size / 2) continue;
      cosines[i] = static_cast<float>(std::cos(angle));
      sines[i] = static_cast<float>(-std::sin(angle));
    }
    for (std::size_t i = 1; i < size; ++i) {
      mirrored[i] = mirrored[i / 2] / 2 + (i % 2) * (size / 2);
    }
  }

  std::vector<float> window;  // Hann's
  std::vector<float> cosines;
  std::vector<float> sines;
  std::vector<std::size_t> mirrored;  // each index with its bits in reverse
};

// Made when first asked for: sines and cosines take as long as a transform.
const Tables& tables_of(std::size_t size) {
  constexpr std::size_t kSizes = std::numeric_limits<std::size_t>::digits;
  static std::array<std::once_flag, kSizes> made;
  static std::array<Tables, kSizes> tables;
  const auto power = static_cast<std::size_t>(std::countr_zero(size));
  std::call_once(made[power], [&] { tables[power] = Tables(size); });
  return tables[power];
}

// A transform of one size, in place, after Cooley and Tukey (1965). Real and imaginary parts lie
// apart: std::complex's product checks for infinities, which costs more than the product.
class Transform {
 public:
  explicit Transform(const Tables& tables)
      : real(tables.window.size()), imaginary(real.size()), tables_(tables) {}

  void run() {
    const std::vector<std::size_t>& mirrored = tables_.mirrored;
    const std::size_t size = real.size();
    for (std::size_t i = 0; i < size; ++i) {
      if (i < mirrored[i]) {
        std::swap(real[i], real[mirrored[i]]);
        std::swap(imaginary[i], imaginary[mirrored[i]]);
      }
    }
    for (std::size_t half = 1; half < size; half *= 2) {
      const std::size_t stride = size / (2 * half);
      for (std::size_t begin = 0; begin < size; begin += 2 * half) {
        for (std::size_t k = 0; k < half; ++k) {
          const std::size_t i = begin + k;
          const std::size_t j = i + half;
          const float cosine = tables_.cosines[k * stride];
          const float sine = tables_.sines[k * stride];
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
  const Tables& tables_;
};

}  // namespace

std::vector<float> mean_power_spectrum(std::span<const float> samples, std::size_t size) {
  assert(size >= 4 && std::has_single_bit(size));
  const Tables& tables = tables_of(size);
  const std::vector<float>& window = tables.window;
  double window_sum = 0;
  for (const float weight : window) window_sum += static_cast<double>(weight);

  const std::size_t hop = size / 2;
  const std::size_t frames = samples.size() <= size ? 1 : 1 + (samples.size() - size) / hop;
  Transform transform(tables);
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
