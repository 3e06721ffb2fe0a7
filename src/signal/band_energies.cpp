#include "signal/band_energies.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "audio/resample.hpp"
#include "core/lanes.hpp"

namespace auscult::signal {
namespace {

constexpr std::size_t kFrameSamples = 10;

// A long clip is filtered in blocks. Backwards each begins this much later than it ends: by then
// the slowest filter, 25 Hz, has forgotten what came after, to e^-55.
constexpr std::size_t kBlockSamples = 2'000 * kFrameSamples;
constexpr std::size_t kTailSamples = 1'000;

// One lane for each band.
using Floats = Lanes::Floats;
static_assert(kBands <= Lanes::kCount);
struct Sample {
  Floats bands{};
};

// The coefficients of what a filter of second order feeds back, and its gain.
struct Poles {
  Floats gain{};
  Floats a1{};
  Floats a2{};
};

enum class Pass { high, low };

// Butterworth's filters by the bilinear transform, corners from the band table.
Poles butterworth(Pass pass) {
  Poles poles;
  for (std::size_t band = 0; band < kBands; ++band) {
    const double corner_hz = kBandEdgesHz[pass == Pass::high ? band : band + 1];
    const double k = std::tan(std::numbers::pi * corner_hz / kBandsRateHz);
    const double scale = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    poles.gain[band] = static_cast<float>((pass == Pass::high ? 1 : k * k) * scale);
    poles.a1[band] = static_cast<float>(2 * (k * k - 1) * scale);
    poles.a2[band] = static_cast<float>((1 - std::numbers::sqrt2 * k + k * k) * scale);
  }
  return poles;
}

struct Filter {
  Poles high = butterworth(Pass::high);
  Poles low = butterworth(Pass::low);
};

// What a filter remembers of two samples.
struct Memory {
  Floats last{};
  Floats before{};

  [[gnu::always_inline]] void push(const Floats& value) {
    before = last;
    last = value;
  }
};

// Far below rounding, but in digital silence outputs end at this and not among the numbers that are
// too small to be normal, with which processors take fifty times as long.
constexpr float kTiny = 1e-17F;

// A band-pass on its way through the samples. The zeros of a high-pass, (1 - z^-1)^2, and of a
// low-pass, (1 + z^-1)^2, are together those of a difference over two samples, taken twice. What
// each output waits for is then a product and a difference for each pair of poles: what the sample
// before the last one gives is subtracted before. The low-pass comes first, which leaves less to
// round to the high-pass, whose poles amplify rounding most.
struct BandPass {
  Memory inputs;
  Memory differences;
  Memory low;
  Memory high;

  // The gain is left to whoever gives the inputs.
  [[gnu::always_inline]] void apply(const Filter& filter, Floats& value) {
    const Floats difference = value - inputs.before;
    inputs.push(value);
    const Floats twice = difference - differences.before + kTiny;
    differences.push(difference);
    low.push((twice - filter.low.a2 * low.before) - filter.low.a1 * low.last);
    high.push((low.last - filter.high.a2 * high.before) - filter.high.a1 * high.last);
    value = high.last;
  }
};

// Filters `samples`, of which `block` count and the others are the tail, forwards on and backwards
// and leaves the power of each frame of the block at the beginning of `filtered`.
[[gnu::always_inline]] inline void frame_powers(std::span<const float> samples, std::size_t block,
                                                float mean, BandPass& forwards,
                                                std::vector<Sample>& filtered) {
  const Filter filter;
  const Floats gain = filter.high.gain * filter.low.gain;
  const Floats gain_of_both = gain * gain;
  BandPass pass = forwards;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // The tail comes again, as a part of the next block.
    if (i == block) forwards = pass;
    Floats value = (samples[i] - mean) * gain_of_both;
    pass.apply(filter, value);
    filtered[i].bands = value;
  }
  BandPass backwards;
  for (std::size_t i = samples.size(); i-- > 0;) {
    Floats value = filtered[i].bands;
    backwards.apply(filter, value);
    filtered[i].bands = value;
  }
  for (std::size_t frame = 0; (frame + 1) * kFrameSamples <= block; ++frame) {
    Floats power{};
    for (std::size_t i = 0; i < kFrameSamples; ++i) {
      const Floats value = filtered[frame * kFrameSamples + i].bands;
      power += value * value;
    }
    filtered[frame].bands = power;
  }
}

// Less than this is rounding: 140 dB below full scale.
constexpr double kStill = 1e-14;

}  // namespace

BandEnergies::BandEnergies(const audio::AudioClip& clip) {
  audio::AudioClip kept;
  const std::span<const float> samples = audio::at_rate(clip, kBandsRateHz, kept).samples;
  const double count = std::max(1.0, static_cast<double>(samples.size()));
  const double mean = sum(samples) / count;
  const double power = sum_of_squares(samples, mean) / count;
  const double scale = power > kStill ? 1 / (power * kFrameSamples) : 0;

  sums_.reserve(samples.size() / kFrameSamples + 1);
  sums_.push_back(Bands{});
  std::vector<Sample> filtered(std::min(samples.size(), kBlockSamples + kTailSamples));
  BandPass forwards;
  for (std::size_t begin = 0; begin < samples.size(); begin += kBlockSamples) {
    const std::size_t left = samples.size() - begin;
    const std::size_t block = std::min(kBlockSamples, left);
    const std::size_t end = std::min(kBlockSamples + kTailSamples, left);
    in_widest_lanes<frame_powers>(samples.subspan(begin, end), block, static_cast<float>(mean),
                                  forwards, filtered);
    for (std::size_t frame = 0; frame < block / kFrameSamples; ++frame) {
      Bands sum = sums_.back();
      for (std::size_t band = 0; band < kBands; ++band) {
        sum[band] += static_cast<double>(filtered[frame].bands[band]) * scale;
      }
      sums_.push_back(sum);
    }
  }
}

Bands BandEnergies::mean(double start_s, double end_s) const {
  const auto frame_of = [&](double time_s) {
    return std::clamp(std::lround(time_s / kFrameS), 0L, static_cast<long>(frames()));
  };
  auto begin = static_cast<std::size_t>(frame_of(start_s));
  auto end = static_cast<std::size_t>(frame_of(end_s));
  if (start_s >= duration_s() || end_s <= 0 || frames() == 0) return {};
  if (end <= begin) {
    begin = std::min(begin, frames() - 1);
    end = begin + 1;
  }
  Bands power{};
  for (std::size_t band = 0; band < kBands; ++band) {
    power[band] =
        std::max(0.0, sums_[end][band] - sums_[begin][band]) / static_cast<double>(end - begin);
  }
  return power;
}

double to_db(double power) {
  // The natural logarithm takes half as long as that to the base of 10.
  return 10 / std::numbers::ln10 * std::log(power + 1e-6);
}

}  // namespace auscult::signal
