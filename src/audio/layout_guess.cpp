#include "audio/layout_guess.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace auscult::audio {
namespace {

// A multiple of every frame that is tried: of 2, 3, 4, 6 and 8 bytes.
constexpr std::size_t kAlignment = 24;
constexpr std::size_t kMostBytes = (std::size_t{256} << 10U) / kAlignment * kAlignment;
// Of a hundred samples nothing can be said.
constexpr std::size_t kLeastBytes = 960;

// Half the power of the steps over that of the samples is 1 of white noise. Heart sounds at 4 kHz
// have 0.01 to 0.1, at 16 kHz a tenth of that.
constexpr double kRough = 0.25;
constexpr double kSmootherBy = 0.2;
// Two readings this close are one; the simpler is named.
constexpr double kAsSmooth = 1.5;
// Channels that differ at all make steps larger than these.
constexpr double kInterleaved = 0.004;
// Of full scale: an offset this large is half of a range that was taken for another.
constexpr double kOffset = 0.4;

using Samples = std::vector<double>;

std::vector<std::int32_t> words(std::span<const std::byte> bytes, SampleFormat format,
                                ByteOrder order) {
  const std::size_t width = sample_bytes(format);
  return pcm_words(bytes.first(bytes.size() / width * width),
                   {.format = format, .byte_order = order, .channels = 1});
}

Samples to_samples(const std::vector<std::int32_t>& integers) {
  Samples samples;
  samples.reserve(integers.size());
  for (const std::int32_t word : integers) samples.push_back(double{0x1p-31} * word);
  return samples;
}

/// As floats; empty if they are none that a sound has.
Samples floats(std::span<const std::byte> bytes, ByteOrder order) {
  Samples samples;
  double peak = 0;
  for (const float value : pcm_floats(bytes.first(bytes.size() / 4 * 4), order)) {
    if (!std::isfinite(value)) return {};
    samples.push_back(static_cast<double>(value));
    peak = std::max(peak, std::abs(samples.back()));
  }
  if (peak < 1e-6 || peak > 8) return {};
  return samples;
}

/// Every `step`th sample from `first` on.
Samples every(const Samples& samples, std::size_t first, std::size_t step) {
  Samples chosen;
  for (std::size_t i = first; i < samples.size(); i += step) chosen.push_back(samples[i]);
  return chosen;
}

double mean_of(const Samples& samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample;
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

double power_of(const Samples& samples) {
  const double mean = mean_of(samples);
  double power = 0;
  for (const double sample : samples) power += (sample - mean) * (sample - mean);
  return power;
}

/// Whether hardly a sample (one in a hundred) is near zero, where a sound mostly is.
bool is_hollow(const Samples& samples) {
  const auto near_zero = std::count_if(samples.begin(), samples.end(),
                                       [](double sample) { return std::abs(sample) < kOffset; });
  return static_cast<std::size_t>(near_zero) * 100 < samples.size();
}

bool moves(const Samples& samples) { return power_of(samples) > 0; }

/// The mean square of the steps over `lag` samples, beginning at each `stride`th from `first`.
double steps(const Samples& samples, std::size_t lag, std::size_t first = 0,
             std::size_t stride = 1) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = first; i + lag < samples.size(); i += stride) {
    const double step = samples[i + lag] - samples[i];
    sum += step * step;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

/// 0 of what changes slowly, 1 of white noise, 2 of what alternates; 1 of what does not move.
double roughness(const Samples& samples) {
  if (samples.empty()) return 1;
  const double power = power_of(samples) / static_cast<double>(samples.size());
  return power > 0 ? steps(samples, 1) / (2 * power) : 1;
}

/// The mean over the channels that move.
double roughness(const Samples& interleaved, int channels) {
  double sum = 0;
  int moving = 0;
  for (int channel = 0; channel < channels; ++channel) {
    const Samples samples =
        every(interleaved, static_cast<std::size_t>(channel), static_cast<std::size_t>(channels));
    if (!moves(samples)) continue;
    sum += roughness(samples);
    ++moving;
  }
  return moving == 0 ? 1 : sum / moving;
}

Samples flipped(const Samples& samples) {
  Samples moved = samples;
  for (double& sample : moved) sample += sample < 0 ? 1 : -1;
  return moved;
}

struct Candidate {
  LayoutGuess guess;
  double roughness = 1;
};

/// Readings of other words or channels, the simplest first. Stereo is only one if both channels
/// move: else a silent channel could not be told from the empty half of a wider word.
std::vector<Candidate> other_readings(std::span<const std::byte> bytes) {
  using enum SampleFormat;
  constexpr auto kLittle = ByteOrder::little;
  constexpr auto kBig = ByteOrder::big;
  std::vector<Candidate> candidates;
  const auto add = [&](LayoutGuess guess, const Samples& samples) {
    if (moves(samples)) candidates.push_back({std::move(guess), roughness(samples)});
  };
  const auto read = [&](SampleFormat format, ByteOrder order, std::size_t skipped = 0) {
    return to_samples(words(bytes.subspan(skipped), format, order));
  };

  const Samples s16_little = read(s16, kLittle);
  add({{s16, kLittle, 1},
       0,
       false,
       "as 16-bit little-endian samples it is a smooth sound",
       "say format=s16"},
      s16_little);
  add({{s16, kBig, 1},
       0,
       false,
       "with the two bytes of each sample swapped it is a smooth sound",
       "send the low byte first, or say byte_order=big"},
      read(s16, kBig));
  add({{s16, kLittle, 1},
       1,
       false,
       "from the second byte on it is a smooth sound",
       "send whole samples from the first byte on: an odd number of bytes stands before them"},
      read(s16, kLittle, 1));
  add({{u8, kLittle, 1},
       0,
       false,
       "as 8-bit samples around 128 it is a smooth sound",
       "say format=u8, or send 16-bit samples"},
      read(u8, kLittle));
  add({{s16, kLittle, 1},
       0,
       true,
       "with silence in the middle of an unsigned range it is a smooth sound",
       "subtract 32768 from each sample before sending it: s16 counts from -32768 to 32767"},
      flipped(s16_little));

  const Samples left = every(s16_little, 0, 2);
  const Samples right = every(s16_little, 1, 2);
  if (moves(left) && moves(right)) {
    candidates.push_back({{{s16, kLittle, 2},
                           0,
                           false,
                           "samples alternate between two smooth sounds: two channels",
                           "say channels=2, or send one channel only"},
                          0.5 * (roughness(left) + roughness(right))});
  } else if (moves(left)) {
    add({{s16, kLittle, 2},
         0,
         false,
         "every second sample is constant: a silent second channel",
         "say channels=2, or send one channel only"},
        left);
  }
  add({{s32, kLittle, 1},
       0,
       false,
       moves(left)
           ? "as 32-bit words it is a smooth sound"
           : "every second 16-bit word is constant: 32-bit words, or a silent first channel",
       "say bits=32, or send the upper 16 bits of each word"},
      read(s32, kLittle));
  add({{s32, kBig, 1},
       0,
       false,
       "as 32-bit big-endian words it is a smooth sound",
       "say format=s32be, or send the upper 16 bits of each word, low byte first"},
      read(s32, kBig));
  add({{s24, kLittle, 1},
       0,
       false,
       "as packed 24-bit words it is a smooth sound",
       "say bits=24, or send the upper 16 bits of each word"},
      read(s24, kLittle));
  for (const ByteOrder order : {kLittle, kBig}) {
    add({{f32, order, 1},
         0,
         false,
         "as 32-bit floats it is a smooth sound",
         order == kLittle ? "say format=f32" : "say format=f32be"},
        floats(bytes, order));
  }
  return candidates;
}

Samples as_declared(std::span<const std::byte> bytes, const PcmLayout& layout) {
  return layout.format == SampleFormat::f32
             ? floats(bytes, layout.byte_order)
             : to_samples(words(bytes, layout.format, layout.byte_order));
}

bool is_same(const PcmLayout& one, const PcmLayout& other) {
  return one.format == other.format && one.channels == other.channels &&
         (one.byte_order == other.byte_order || sample_bytes(one.format) == 1);
}

/// Each sample of a mono recording there twice: the same sound in two channels.
std::optional<LayoutGuess> find_doubled(const Samples& samples, const PcmLayout& declared) {
  if (declared.channels != 1) return std::nullopt;
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
    const double within = steps(samples, 1, first, 2);
    const double between = steps(samples, 1, 1 - first, 2);
    if (between > 0 && within < 1e-6 * between) {
      PcmLayout stereo = declared;
      stereo.channels = 2;
      return LayoutGuess{stereo, 0, false, "every sample is there twice: the same in two channels",
                         "say channels=2, or send one channel only"};
    }
  }
  return std::nullopt;
}

/// Two channels that are one: each sample of the second lies between two of the first.
std::optional<LayoutGuess> find_mono(const Samples& samples, const PcmLayout& declared) {
  if (declared.channels != 2) return std::nullopt;
  const double within = steps(samples, 1, 0, 2);
  const double between = steps(samples, 1, 1, 2);
  const double over_two = steps(samples, 2);
  const bool is_even = within > 0.7 * between && between > 0.7 * within;
  if (!is_even || within + between > 0.8 * over_two) return std::nullopt;
  PcmLayout mono = declared;
  mono.channels = 1;
  return LayoutGuess{mono, 0, false, "the two channels are successive samples of one sound",
                     "say channels=1, or send both channels"};
}

/// 32-bit words each of which is two 16-bit samples.
std::optional<LayoutGuess> find_halves(std::span<const std::byte> bytes,
                                       const PcmLayout& declared) {
  if (declared.format != SampleFormat::s32) return std::nullopt;
  const Samples halves = to_samples(words(bytes, SampleFormat::s16, declared.byte_order));
  const Samples first = every(halves, 0, 2);
  const Samples second = every(halves, 1, 2);
  if (!moves(first) || !moves(second)) return std::nullopt;
  if (roughness(halves) > kRough || roughness(first) > kRough) return std::nullopt;
  return LayoutGuess{{SampleFormat::s16, declared.byte_order, declared.channels},
                     0,
                     false,
                     "each 32-bit word is two 16-bit samples",
                     "say bits=16, or send 32-bit words"};
}

}  // namespace

std::optional<LayoutGuess> guess_layout(std::span<const std::byte> bytes, PcmLayout declared) {
  if (bytes.size() > kMostBytes) {
    const std::size_t before = (bytes.size() - kMostBytes) / 2 / kAlignment * kAlignment;
    bytes = bytes.subspan(before, kMostBytes);
  }
  bytes = bytes.first(bytes.size() / kAlignment * kAlignment);
  if (bytes.size() < kLeastBytes) return std::nullopt;

  const Samples samples = as_declared(bytes, declared);
  const bool is_readable = !samples.empty();
  if (is_readable && !moves(samples)) return std::nullopt;
  if (auto halves = find_halves(bytes, declared)) return halves;
  if (is_readable) {
    if (auto doubled = find_doubled(samples, declared)) return doubled;
    if (auto mono = find_mono(samples, declared)) return mono;
  }

  const double declared_roughness = is_readable ? roughness(samples, declared.channels) : 2;
  // A converter's offset of nearly the whole range, or one that turns over at zero: no sound,
  // however smooth.
  const bool is_off = is_readable && (std::abs(mean_of(samples)) > kOffset || is_hollow(samples));
  std::optional<Candidate> best;
  for (Candidate& candidate : other_readings(bytes)) {
    const bool is_channels = candidate.guess.layout.channels != declared.channels;
    const double needed =
        is_off && candidate.roughness < kRough ? kRough : kSmootherBy * declared_roughness;
    const double rough = is_channels ? kInterleaved : kRough;
    if (is_same(candidate.guess.layout, declared) && candidate.guess.skipped_bytes == 0 &&
        !candidate.guess.is_offset_binary) {
      continue;
    }
    if ((!is_off && declared_roughness < rough) || candidate.roughness > needed) continue;
    if (!best || kAsSmooth * candidate.roughness < best->roughness) best = std::move(candidate);
  }
  if (!best) return std::nullopt;
  return std::move(best->guess);
}

}  // namespace auscult::audio
