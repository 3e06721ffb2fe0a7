#include "signal/band_energies.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/resample.hpp"

namespace auscult::signal {
namespace {

constexpr std::size_t kFrameSamples = 10;

// A long clip is filtered in blocks. Backwards each begins this much later than it ends: by then
// the slowest filter, 25 Hz, has forgotten what came after, to e^-55.
constexpr std::size_t kBlockSamples = 2'000 * kFrameSamples;
constexpr std::size_t kTailSamples = 1'000;

// One lane for each band, filled up to what processors add at once.
constexpr std::size_t kLanes = 8;
using Lanes = std::array<float, kLanes>;

// A filter of second order in each lane, in transposed direct form II.
struct Biquads {
  Lanes b0{};
  Lanes b1{};
  Lanes b2{};
  Lanes a1{};
  Lanes a2{};
  Lanes z1{};
  Lanes z2{};

  void apply(Lanes& value) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const float in = value[i];
      const float out = b0[i] * in + z1[i];
      z1[i] = b1[i] * in - a1[i] * out + z2[i];
      z2[i] = b2[i] * in - a2[i] * out;
      value[i] = out;
    }
  }
};

enum class Pass { high, low };

// Butterworth's filters by the bilinear transform, corners from the band table.
Biquads butterworth(Pass pass) {
  Biquads filter;
  for (std::size_t band = 0; band < kBands; ++band) {
    const double corner_hz = kBandEdgesHz[pass == Pass::high ? band : band + 1];
    const double k = std::tan(std::numbers::pi * corner_hz / kBandsRateHz);
    const double scale = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    const double gain = (pass == Pass::high ? 1 : k * k) * scale;
    filter.b0[band] = static_cast<float>(gain);
    filter.b1[band] = static_cast<float>(pass == Pass::high ? -2 * gain : 2 * gain);
    filter.b2[band] = static_cast<float>(gain);
    filter.a1[band] = static_cast<float>(2 * (k * k - 1) * scale);
    filter.a2[band] = static_cast<float>((1 - std::numbers::sqrt2 * k + k * k) * scale);
  }
  return filter;
}

struct BandPass {
  Biquads high = butterworth(Pass::high);
  Biquads low = butterworth(Pass::low);

  void apply(Lanes& value) {
    high.apply(value);
    low.apply(value);
  }
};

// Less than this is rounding: 140 dB below full scale.
constexpr double kStill = 1e-14;

struct Moments {
  double mean = 0;
  double power = 0;  // without the mean
};

Moments measure(const std::vector<float>& samples) {
  const double count = std::max(1.0, static_cast<double>(samples.size()));
  Moments moments;
  for (const float sample : samples) moments.mean += static_cast<double>(sample) / count;
  for (const float sample : samples) {
    const double value = static_cast<double>(sample) - moments.mean;
    moments.power += value * value / count;
  }
  return moments;
}

}  // namespace

BandEnergies::BandEnergies(const audio::AudioClip& clip) {
  audio::AudioClip kept;
  const std::vector<float>& samples = audio::at_rate(clip, kBandsRateHz, kept).samples;
  const Moments moments = measure(samples);
  const auto mean = static_cast<float>(moments.mean);
  const double scale = moments.power > kStill ? 1 / (moments.power * kFrameSamples) : 0;

  sums_.reserve(samples.size() / kFrameSamples + 1);
  sums_.push_back(Bands{});
  std::vector<Lanes> filtered(std::min(samples.size(), kBlockSamples + kTailSamples));
  BandPass forwards;
  for (std::size_t begin = 0; begin < samples.size(); begin += kBlockSamples) {
    const std::size_t left = samples.size() - begin;
    const std::size_t block = std::min(kBlockSamples, left);
    const std::size_t end = std::min(kBlockSamples + kTailSamples, left);
    for (std::size_t i = 0; i < block; ++i) {
      filtered[i].fill(samples[begin + i] - mean);
      forwards.apply(filtered[i]);
    }
    BandPass ahead = forwards;  // The tail comes again, as a part of the next block.
    for (std::size_t i = block; i < end; ++i) {
      filtered[i].fill(samples[begin + i] - mean);
      ahead.apply(filtered[i]);
    }
    BandPass backwards;
    for (std::size_t i = end; i-- > 0;) backwards.apply(filtered[i]);
    for (std::size_t i = 0; i + kFrameSamples <= block; i += kFrameSamples) {
      Lanes power{};
      for (std::size_t k = i; k < i + kFrameSamples; ++k) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          power[lane] += filtered[k][lane] * filtered[k][lane];
        }
      }
      Bands sum = sums_.back();
      for (std::size_t band = 0; band < kBands; ++band) {
        sum[band] += static_cast<double>(power[band]) * scale;
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

double BandEnergies::at(std::size_t frame, std::size_t first, std::size_t last) const {
  double power = 0;
  for (std::size_t band = first; band <= last; ++band) {
    power += std::max(0.0, sums_[frame + 1][band] - sums_[frame][band]);
  }
  return power;
}

double to_db(double power) { return 10 * std::log10(power + 1e-6); }

}  // namespace auscult::signal
