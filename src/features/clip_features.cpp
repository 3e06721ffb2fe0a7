#include "features/clip_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/lanes.hpp"
#include "signal/spectrum.hpp"

namespace auscult::features {
namespace {

using signal::BandEnergies;

constexpr double kRateHz = 2000;
constexpr double kFloorDb = -80;

// Decibels of a part of something, never below the floor.
double ratio_db(double part, double whole) {
  if (!(whole > 0) || !(part > 0)) return kFloorDb;
  return std::max(kFloorDb, 10 * std::log10(part / whole));
}

double sum_between(const std::vector<float>& spectrum, double step_hz, double low_hz,
                   double high_hz) {
  double sum = 0;
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    const double hz = static_cast<double>(k) * step_hz;
    if (hz >= low_hz && hz < high_hz) sum += static_cast<double>(spectrum[k]);
  }
  return sum;
}

void write_spectrum(std::span<const float> samples, FeatureWriter& writer) {
  constexpr std::size_t kSize = 256;
  constexpr double kStepHz = kRateHz / kSize;
  const std::vector<float> spectrum = signal::mean_power_spectrum(samples, kSize);
  double total = 0;
  for (const float power : spectrum) total += static_cast<double>(power);

  constexpr std::array<std::pair<const char*, std::pair<double, double>>, 8> kShares = {
      {{"share_0_25", {0, 25}},
       {"share_25_45", {25, 45}},
       {"share_45_80", {45, 80}},
       {"share_80_140", {80, 140}},
       {"share_140_250", {140, 250}},
       {"share_250_450", {250, 450}},
       {"share_450_700", {450, 700}},
       {"share_700_1000", {700, 1001}}}};
  for (const auto& [name, range_hz] : kShares) {
    writer.set(name,
               ratio_db(sum_between(spectrum, kStepHz, range_hz.first, range_hz.second), total));
  }

  // A line through decibels over octaves, and the flatness, of the same frequencies.
  double n = 0;
  double x = 0;
  double y = 0;
  double xx = 0;
  double xy = 0;
  double power = 0;
  for (std::size_t k = 4; static_cast<double>(k) * kStepHz < 800; ++k) {
    const double octave = std::log2(static_cast<double>(k) * kStepHz);
    const double weight = 1 / static_cast<double>(k);  // each octave counts alike
    const double db = ratio_db(static_cast<double>(spectrum[k]), total);
    n += weight;
    x += weight * octave;
    y += weight * db;
    xx += weight * octave * octave;
    xy += weight * octave * db;
    power += weight * static_cast<double>(spectrum[k]);
  }
  writer.set("tilt", (xy - x * y / n) / (xx - x * x / n));
  writer.set("flatness", y / n - ratio_db(power / n, total));

  double below = 0;
  std::size_t edge = 0;
  while (edge + 1 < spectrum.size() && below < 0.999 * total) {
    below += static_cast<double>(spectrum[edge++]);
  }
  writer.set("edge_hz", static_cast<double>(edge) * kStepHz);
}

// Sums over samples without their mean.
struct Shape {
  double squares = 0;
  double fourths = 0;
  double greatest_square = 0;
  double crossings = 0;  // of zero

  void add(double before, double value) {
    const double square = value * value;
    squares += square;
    fourths += square * square;
    greatest_square = std::max(greatest_square, square);
    crossings += before * value < 0 ? 1 : 0;
  }
};

[[gnu::always_inline]] inline Shape shape_of(std::span<const float> samples, double mean) {
  const auto value_at = [&](std::size_t i) { return static_cast<double>(samples[i]) - mean; };
  Shape shape;
  if (!samples.empty()) shape.add(0, value_at(0));
  Lanes::Doubles squares{};
  Lanes::Doubles fourths{};
  Lanes::Doubles greatest{};
  Lanes::Doubles crossings{};
  std::size_t i = 1;
  for (; i + Lanes::kDoubles <= samples.size(); i += Lanes::kDoubles) {
    Lanes::Doubles before;
    Lanes::Doubles values;
    Lanes::widen(&samples[i - 1], before);
    Lanes::widen(&samples[i], values);
    values -= mean;
    const Lanes::Doubles square = values * values;
    squares += square;
    fourths += square * square;
    greatest = square > greatest ? square : greatest;
    crossings += (before - mean) * values < 0 ? Lanes::Doubles{} + 1 : Lanes::Doubles{};
  }
  for (std::size_t lane = 0; lane < Lanes::kDoubles; ++lane) {
    shape.squares += squares[lane];
    shape.fourths += fourths[lane];
    shape.greatest_square = std::max(shape.greatest_square, greatest[lane]);
    shape.crossings += crossings[lane];
  }
  for (; i < samples.size(); ++i) shape.add(value_at(i - 1), value_at(i));
  return shape;
}

void write_shape(std::span<const float> samples, FeatureWriter& writer) {
  const auto count = static_cast<double>(std::max<std::size_t>(1, samples.size()));
  const Shape shape = in_widest_lanes<shape_of>(samples, sum(samples) / count);
  writer.set("log_duration", std::log(std::max(0.01, count / kRateHz)));
  const double square = shape.squares / count;
  if (square <= 0) return;
  writer.set("crest", ratio_db(shape.greatest_square, square));
  writer.set("kurtosis", std::log(shape.fourths / count / (square * square)));
  writer.set("crossings", shape.crossings / count);
}

// The amplitude of the bands [first, last] every 10 ms, less its mean, with RMS 1 unless silent.
std::vector<float> envelope(const BandEnergies& energies, std::size_t first, std::size_t last) {
  std::vector<float> values(energies.frames() / 2);
  double sum = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    values[t] = static_cast<float>(std::sqrt(energies.power(2 * t, 2 * t + 2, first, last)));
    sum += static_cast<double>(values[t]);
  }
  if (values.empty()) return values;
  const auto mean = static_cast<float>(sum / static_cast<double>(values.size()));
  double square = 0;
  for (float& value : values) {
    value -= mean;
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  const double rms = std::sqrt(square / static_cast<double>(values.size()));
  if (rms > 0) {
    for (float& value : values) value /= static_cast<float>(rms);
  }
  return values;
}

struct Recurrence {
  double height = 0;
  double second = 0;  // the next highest peak
};

// The highest peaks of the autocorrelation at lags of 0.27 to 2 s (220 to 30 bpm).
Recurrence find_recurrence(const std::vector<float>& values) {
  constexpr std::size_t kFirstLag = 27;
  constexpr std::size_t kLastLag = 200;
  std::vector<double> correlation;
  for (std::size_t lag = kFirstLag - 1; lag <= kLastLag + 1 && 2 * lag < values.size(); ++lag) {
    const std::span<const float> later = std::span(values).subspan(lag);
    const float sum = dot(std::span(values).first(later.size()), later);
    correlation.push_back(static_cast<double>(sum) / static_cast<double>(later.size()));
  }
  Recurrence found;
  for (std::size_t i = 1; i + 1 < correlation.size(); ++i) {
    const double height = correlation[i];
    if (height < correlation[i - 1] || height < correlation[i + 1]) continue;
    if (height > found.height) {
      found.second = found.height;
      found.height = height;
    } else {
      found.second = std::max(found.second, height);
    }
  }
  return found;
}

void write_envelope(const BandEnergies& energies, FeatureWriter& writer) {
  constexpr std::array<const char*, signal::kBands> kRanges = {
      "range_25_60", "range_60_120", "range_120_200", "range_200_400", "range_400_800"};
  constexpr std::size_t kSpan = 5;  // 25 ms
  std::vector<double> levels(energies.frames() / kSpan);
  for (std::size_t band = 0; band < signal::kBands && !levels.empty(); ++band) {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      levels[i] = energies.power(i * kSpan, (i + 1) * kSpan, band, band);
    }
    const auto at = [&](double share) {
      const auto place =
          static_cast<std::ptrdiff_t>(share * static_cast<double>(levels.size() - 1));
      std::nth_element(levels.begin(), levels.begin() + place, levels.end());
      return levels[static_cast<std::size_t>(place)];
    };
    const double high = at(0.95);
    const double low = at(0.1);
    writer.set(kRanges[band], high > 0 ? -ratio_db(low, high) : 0);
  }

  const std::vector<float> low = envelope(energies, 0, 1);
  const std::vector<float> middle = envelope(energies, 2, 3);
  const Recurrence low_recurs = find_recurrence(low);
  const Recurrence middle_recurs = find_recurrence(middle);
  writer.set("recurs_low", low_recurs.height);
  writer.set("recurs_low_second", low_recurs.second);
  writer.set("recurs_mid", middle_recurs.height);

  constexpr std::size_t kSize = 256;  // 2.56 s
  constexpr double kStepHz = 100.0 / kSize;
  const std::vector<float> modulation = signal::mean_power_spectrum(low, kSize);
  const double total = sum_between(modulation, kStepHz, 0, 51);
  constexpr std::array<std::pair<const char*, std::pair<double, double>>, 5> kParts = {
      {{"modulation_1_2", {1, 2}},
       {"modulation_2_4", {2, 4}},
       {"modulation_4_8", {4, 8}},
       {"modulation_8_16", {8, 16}},
       {"modulation_16_50", {16, 51}}}};
  for (const auto& [name, range_hz] : kParts) {
    writer.set(name,
               ratio_db(sum_between(modulation, kStepHz, range_hz.first, range_hz.second), total));
  }
}

}  // namespace

void write_clip_features(std::span<const float> samples, const BandEnergies& energies,
                         FeatureWriter& writer) {
  write_spectrum(samples, writer);
  write_shape(samples, writer);
  write_envelope(energies, writer);
}

}  // namespace auscult::features
