#include "signal/spectrum.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>

#include "core/lanes.hpp"

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

// A value of as many transforms as there are lanes.
struct Values {
  Lanes::Floats lanes{};
};

// Transforms of one size, one in each lane, after Cooley and Tukey (1965): in place, from values
// in the mirrored order.
struct Transforms {
  explicit Transforms(std::size_t size) : real(size), imaginary(size) {}

  std::vector<Values> real;
  std::vector<Values> imaginary;
};

[[gnu::always_inline]] inline void transform(const Tables& tables, Transforms& values) {
  const std::size_t size = values.real.size();
  for (std::size_t half = 1; half < size; half *= 2) {
    const std::size_t stride = size / (2 * half);
    for (std::size_t begin = 0; begin < size; begin += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const float cosine = tables.cosines[k * stride];
        const float sine = tables.sines[k * stride];
        Lanes::Floats& real = values.real[begin + k].lanes;
        Lanes::Floats& imaginary = values.imaginary[begin + k].lanes;
        Lanes::Floats& other_real = values.real[begin + k + half].lanes;
        Lanes::Floats& other_imaginary = values.imaginary[begin + k + half].lanes;
        const Lanes::Floats turned_real = other_real * cosine - other_imaginary * sine;
        const Lanes::Floats turned_imaginary = other_real * sine + other_imaginary * cosine;
        other_real = real - turned_real;
        other_imaginary = imaginary - turned_imaginary;
        real += turned_real;
        imaginary += turned_imaginary;
      }
    }
  }
}

// Adds to each frequency's sum the powers of the frames that were transformed two at a time, as
// real and imaginary part: the sum of their powers is half the sum of the transform's powers at
// the frequency and at its mirror image.
[[gnu::always_inline]] inline void add_powers(const Transforms& values, std::vector<double>& sums) {
  const std::size_t size = values.real.size();
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const std::size_t mirror = (size - k) % size;
    const Lanes::Floats power = values.real[k].lanes * values.real[k].lanes +
                                values.imaginary[k].lanes * values.imaginary[k].lanes +
                                values.real[mirror].lanes * values.real[mirror].lanes +
                                values.imaginary[mirror].lanes * values.imaginary[mirror].lanes;
    for (std::size_t lane = 0; lane < Lanes::kCount; ++lane) {
      sums[k] += 0.5 * static_cast<double>(power[lane]);
    }
  }
}

[[gnu::always_inline]] inline void add_spectra(const Tables& tables, Transforms& values,
                                               std::vector<double>& sums) {
  transform(tables, values);
  add_powers(values, sums);
}

}  // namespace

std::vector<float> mean_power_spectrum(std::span<const float> samples, std::size_t size) {
  assert(size >= 4 && std::has_single_bit(size));
  const Tables& tables = tables_of(size);
  const std::vector<float>& window = tables.window;
  double window_sum = 0;
  for (const float weight : window) window_sum += static_cast<double>(weight);

  const std::size_t hop = size / 2;
  const std::size_t frames = samples.size() <= size ? 1 : 1 + (samples.size() - size) / hop;
  Transforms transforms(size);
  const auto fill = [&](std::vector<Values>& part, std::size_t lane, std::size_t frame) {
    const std::size_t begin = frame * hop;
    const std::size_t count = frame < frames ? std::min(size, samples.size() - begin) : 0;
    for (std::size_t i = 0; i < count; ++i) {
      part[tables.mirrored[i]].lanes[lane] = window[i] * samples[begin + i];
    }
    for (std::size_t i = count; i < size; ++i) part[tables.mirrored[i]].lanes[lane] = 0;
  };

  std::vector<double> sums(size / 2 + 1, 0.0);
  for (std::size_t frame = 0; frame < frames; frame += 2 * Lanes::kCount) {
    for (std::size_t lane = 0; lane < Lanes::kCount; ++lane) {
      fill(transforms.real, lane, frame + 2 * lane);
      fill(transforms.imaginary, lane, frame + 2 * lane + 1);
    }
    in_widest_lanes<add_spectra>(tables, transforms, sums);
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
