#include "beats_batch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "beats_recordings.hpp"

namespace auscult::train {
namespace {

constexpr double kShortest = 0.75;
constexpr double kLongest = 1.6;
constexpr double kNegativeShare = 0.1;
constexpr double kNoiseShare = 0.7;
constexpr double kMurmurShare = 0.25;
constexpr double kPrematureShare = 0.25;
constexpr double kHiddenBandsShare = 0.4;
constexpr double kHiddenFramesShare = 0.4;

constexpr auto kBandCount = static_cast<std::size_t>(kBands);
constexpr auto kFrameCount = static_cast<std::size_t>(kBeatFrames);

// How often each state occurs in the annotation.
constexpr std::array<float, beats::kStates> kPrior = {0.20F, 0.23F, 0.18F, 0.39F};

/// One row on its way: power [frame, band], in place.
struct Crop {
  std::vector<float> powers = std::vector<float>(kFrameCount * kBandCount);
  std::vector<float> targets = std::vector<float>(kFrameCount * beats::kStates);
  std::size_t frames = kFrameCount;
};

int below(Random& random, int end) {
  return std::uniform_int_distribution<int>(0, end - 1)(random);
}

/// Frames [begin, end).
struct Stretch {
  std::size_t begin;
  std::size_t end;
};

/// A premature beat and the pause after it, made from a regular rhythm: the end of a diastole is
/// left out, the next diastole lasts that much longer (or less, where the pause does not make up
/// for it), and the beat between them has a loudness of its own.
struct PrematureBeat {
  Stretch left_out;
  Stretch beat;
  Stretch pause;
  double pause_speed = 1;
  float gain = 1;
};

/// The next diastole that begins at `from` or later and ends before `end`, empty if there is none.
Stretch next_diastole(const std::vector<int>& states, std::size_t from, std::size_t end) {
  constexpr int kDiastole = static_cast<int>(beats::State::diastole);
  while (from < end && (states[from] != kDiastole || (from > 0 && states[from - 1] == kDiastole))) {
    ++from;
  }
  std::size_t last = from;
  while (last < end && states[last] == kDiastole) ++last;
  return last < end ? Stretch{from, last} : Stretch{end, end};
}

/// One of the beats in `crop` made premature, if two diastoles lie in it with a beat between them.
std::optional<PrematureBeat> premature_beat(const std::vector<int>& states, Stretch crop,
                                            Random& random) {
  std::vector<Stretch> diastoles;
  for (Stretch found = next_diastole(states, crop.begin, crop.end); found.begin < crop.end;
       found = next_diastole(states, found.end, crop.end)) {
    diastoles.push_back(found);
  }
  if (diastoles.size() < 2) return std::nullopt;
  const auto chosen =
      static_cast<std::size_t>(below(random, static_cast<int>(diastoles.size()) - 1));
  const Stretch before = diastoles[chosen];
  const Stretch after = diastoles[chosen + 1];
  for (std::size_t t = before.end; t < after.begin; ++t) {
    if (states[t] == kNotAnnotated) return std::nullopt;
  }
  const auto length = static_cast<double>(before.end - before.begin);
  const auto kept = static_cast<std::size_t>(length * uniform(random, 0.15, 0.8));
  const Stretch left_out = {before.begin + kept, before.end};
  const double made_up =
      uniform(random, 0, 1.2) * static_cast<double>(left_out.end - left_out.begin);
  const auto pause = static_cast<double>(after.end - after.begin);
  return PrematureBeat{.left_out = left_out,
                       .beat = {before.end, after.begin},
                       .pause = after,
                       .pause_speed = pause / (pause + made_up),
                       .gain = static_cast<float>(std::pow(10.0, uniform(random, -8, 4) / 10))};
}

bool holds(const Stretch& stretch, double position) {
  return position >= static_cast<double>(stretch.begin) &&
         position < static_cast<double>(stretch.end);
}

/// A piece around an annotated frame, its time stretched, in some a beat made premature.
Crop crop_of(const HeartTrack& track, Random& random) {
  Crop crop;
  const double stretch = std::exp(uniform(random, std::log(kShortest), std::log(kLongest)));
  const std::size_t available = track.states.size();
  const auto spanned = static_cast<double>(kFrameCount) / stretch;
  std::vector<std::size_t> annotated;
  for (std::size_t t = 0; t < available; ++t) {
    if (track.states[t] != kNotAnnotated) annotated.push_back(t);
  }
  double start = 0;
  if (!annotated.empty()) {
    const std::size_t shown =
        annotated[static_cast<std::size_t>(below(random, static_cast<int>(annotated.size())))];
    start = static_cast<double>(shown) - uniform(random, 0, spanned);
  }
  start = std::clamp(start, 0.0, std::max(0.0, static_cast<double>(available) - spanned));
  std::optional<PrematureBeat> premature;
  if (uniform(random, 0, 1) < kPrematureShare) {
    const auto end = static_cast<std::size_t>(start + spanned);
    premature = premature_beat(track.states,
                               {static_cast<std::size_t>(start), std::min(end, available)}, random);
  }
  double middle = start + 0.5 / stretch;
  crop.frames = 0;
  for (; crop.frames < kFrameCount; ++crop.frames) {
    if (premature && holds(premature->left_out, middle)) {
      middle += static_cast<double>(premature->left_out.end - premature->left_out.begin);
    }
    if (middle >= static_cast<double>(available)) break;
    const std::size_t t = crop.frames;
    // A frame's power belongs to its middle.
    const double position = std::clamp(middle - 0.5, 0.0, static_cast<double>(available - 1));
    const auto left = static_cast<std::size_t>(position);
    const std::size_t right = std::min(left + 1, available - 1);
    const auto part = static_cast<float>(position - static_cast<double>(left));
    const float gain = premature && holds(premature->beat, middle) ? premature->gain : 1.0F;
    for (std::size_t band = 0; band < kBandCount; ++band) {
      crop.powers[t * kBandCount + band] =
          gain * ((1 - part) * track.powers[left * kBandCount + band] +
                  part * track.powers[right * kBandCount + band]);
    }
    const int state = track.states[static_cast<std::size_t>(middle)];
    if (state != kNotAnnotated) {
      crop.targets[t * beats::kStates + static_cast<std::size_t>(state)] = 1;
    }
    const double speed = premature && holds(premature->pause, middle) ? premature->pause_speed : 1;
    middle += speed / stretch;
  }
  return crop;
}

/// A murmur in every annotated systole or diastole: a noise in some bands that holds, swells and
/// fades, or only fades. CirCor's children have few that drown S1 and S2, as valve disease does.
void add_murmur(Crop& crop, Random& random) {
  const auto state = static_cast<std::size_t>(
      uniform(random, 0, 1) < 0.75 ? beats::State::systole : beats::State::diastole);
  const double centre = uniform(random, 2, 18);
  const double width = uniform(random, 2, 6);
  const int shape = below(random, 3);
  float loudest = 0;
  for (const float power : crop.powers) loudest = std::max(loudest, power);
  const double level = static_cast<double>(loudest) * std::pow(10.0, uniform(random, -30, -3) / 10);
  const auto is_in = [&](std::size_t t) {
    return t < crop.frames && crop.targets[t * beats::kStates + state] > 0;
  };
  for (std::size_t begin = 0; begin < crop.frames; ++begin) {
    if (!is_in(begin)) continue;
    std::size_t end = begin;
    while (is_in(end)) ++end;
    for (std::size_t t = begin; t < end; ++t) {
      const double part = (static_cast<double>(t - begin) + 0.5) / static_cast<double>(end - begin);
      const double swell = shape == 0   ? 1
                           : shape == 1 ? std::sin(std::numbers::pi * part)
                                        : 1 - part;
      for (std::size_t band = 0; band < kBandCount; ++band) {
        const double distance = (static_cast<double>(band) - centre) / width;
        // Of noise the power of a band in one frame has about four degrees of freedom.
        const double chance = -0.5 * std::log(uniform(random, 1e-3, 1) * uniform(random, 1e-3, 1));
        crop.powers[t * kBandCount + band] +=
            static_cast<float>(level * swell * chance * std::exp(-0.5 * distance * distance));
      }
    }
    begin = end;
  }
}

void add_noise(Crop& crop, const std::vector<float>& noise, double level_db, Random& random) {
  const auto gain = static_cast<float>(std::pow(10.0, level_db / 10));
  const std::size_t spare = noise.size() / kBandCount - kFrameCount;
  const auto offset = static_cast<std::size_t>(below(random, static_cast<int>(spare) + 1));
  for (std::size_t i = 0; i < crop.frames * kBandCount; ++i) {
    crop.powers[i] += gain * noise[offset * kBandCount + i];
  }
}

/// A stretch of `least` to `most`, somewhere in `size`.
Stretch stretch_in(std::size_t size, int least, int most, Random& random) {
  const int length = least + below(random, most - least + 1);
  const int begin = below(random, std::max(1, static_cast<int>(size) - length));
  return {static_cast<std::size_t>(begin),
          std::min(size, static_cast<std::size_t>(begin + length))};
}

/// log10 of the power, less each band's mean over time: [band, frame].
std::vector<float> features_of(const Crop& crop, Random& random) {
  const std::vector<float> equaliser = random_equaliser(random);
  std::vector<float> features(kBandCount * kFrameCount);
  for (std::size_t band = 0; band < kBandCount; ++band) {
    float* row = features.data() + band * kFrameCount;
    double sum = 0;
    for (std::size_t t = 0; t < crop.frames; ++t) {
      row[t] = std::log10(equaliser[band] * crop.powers[t * kBandCount + band] + kPowerFloor);
      sum += static_cast<double>(row[t]);
    }
    const auto mean = static_cast<float>(sum / static_cast<double>(crop.frames));
    for (std::size_t t = 0; t < crop.frames; ++t) row[t] -= mean;
  }
  if (uniform(random, 0, 1) < kHiddenBandsShare) {
    const Stretch hidden = stretch_in(kBandCount, 2, 8, random);
    std::fill(features.begin() + static_cast<std::ptrdiff_t>(hidden.begin * kFrameCount),
              features.begin() + static_cast<std::ptrdiff_t>(hidden.end * kFrameCount), 0.0F);
  }
  if (uniform(random, 0, 1) < kHiddenFramesShare) {
    // Up to a quarter of a second: one sound and a little more.
    const Stretch hidden = stretch_in(crop.frames, 4, 20, random);
    for (std::size_t band = 0; band < kBandCount; ++band) {
      float* row = features.data() + band * kFrameCount;
      std::fill(row + hidden.begin, row + hidden.end, 0.0F);
    }
  }
  return features;
}

}  // namespace

BeatBatch BeatSampler::draw(std::uint64_t seed, std::uint64_t step) const {
  Random random = random_for(seed, step, 11);
  const auto any_noise = [&]() -> const std::vector<float>& {
    return noises_[static_cast<std::size_t>(below(random, static_cast<int>(noises_.size())))];
  };
  BeatBatch batch;
  for (int row = 0; row < kBeatCrops; ++row) {
    Crop crop;
    if (uniform(random, 0, 1) < kNegativeShare) {
      add_noise(crop, any_noise(), 0, random);
      for (std::size_t t = 0; t < kFrameCount; ++t) {
        std::ranges::copy(kPrior,
                          crop.targets.begin() + static_cast<std::ptrdiff_t>(t * beats::kStates));
      }
    } else {
      crop = crop_of(
          tracks_[static_cast<std::size_t>(below(random, static_cast<int>(tracks_.size())))],
          random);
      if (uniform(random, 0, 1) < kMurmurShare) add_murmur(crop, random);
      if (uniform(random, 0, 1) < kNoiseShare) {
        add_noise(crop, any_noise(), -uniform(random, 0, 33), random);
      }
    }
    const std::vector<float> features = features_of(crop, random);
    batch.features.insert(batch.features.end(), features.begin(), features.end());
    batch.targets.insert(batch.targets.end(), crop.targets.begin(), crop.targets.end());
    for (std::size_t t = 0; t < kFrameCount; ++t) batch.mask.push_back(t < crop.frames ? 1.F : 0.F);
  }
  return batch;
}

}  // namespace auscult::train
