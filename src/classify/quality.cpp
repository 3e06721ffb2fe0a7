#include "classify/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "beats/rhythm.hpp"

namespace auscult::classify {
namespace {

// One step of a 16-bit converter.
constexpr double kStep = 1.0 / 32768.0;

// Three beats at 60 bpm: less shows no rhythm and few examples of each sound.
constexpr double kShortS = 3.0;

// An RMS of eight steps leaves murmurs, 20 dB below the beats, inside the rounding noise.
constexpr double kQuietRms = 8 * kStep;

// Heart sounds spend little time at their peaks: one sample in 200 at full scale is a cut signal.
constexpr double kClippedShare = 0.005;

// printf into a string; the formats here are ours and short.
template <typename... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 160> buffer{};
  (void)std::snprintf(buffer.data(), buffer.size(), format, values...);
  return buffer.data();
}

// How far the loudest twentieth of the moments (25 ms) is above the quietest tenth, in the band
// where that is most.
double widest_range_db(const signal::BandEnergies& energies) {
  constexpr std::size_t kMomentFrames = 5;
  double widest = 0;
  for (std::size_t band = 0; band < signal::kBands; ++band) {
    std::vector<double> powers;
    for (std::size_t t = 0; t + kMomentFrames <= energies.frames(); t += kMomentFrames) {
      double power = 0;
      for (std::size_t i = 0; i < kMomentFrames; ++i) power += energies.at(t + i, band, band);
      powers.push_back(power);
    }
    if (powers.empty()) return 0;
    std::ranges::sort(powers);
    const double loud = powers[(powers.size() - 1) * 19 / 20];
    const double quiet = powers[(powers.size() - 1) / 10];
    widest = std::max(widest, signal::to_db(loud) - signal::to_db(quiet));
  }
  return widest;
}

}  // namespace

bool is_judgeable(const Heard& heard) {
  return heard.duration_s() >= kMinJudgeableS && heard.level.range() > kStep;
}

Quality assess_quality(const Heard& heard) {
  const audio::LevelMeter& level = heard.level;
  Quality quality;
  if (heard.duration_s() < kShortS) {
    quality.reasons.push_back(text("too short: %.1f s, at least %.0f s are needed for a rhythm",
                                   heard.duration_s(), kShortS));
  }
  if (level.range() <= kStep) {
    quality.reasons.emplace_back("silent: the signal does not move");
  } else if (level.rms() < kQuietRms) {
    quality.reasons.push_back(text("too quiet: %.0f dB below full scale, check microphone and gain",
                                   -20 * std::log10(level.rms())));
  }
  if (level.full_scale_share() > kClippedShare) {
    quality.reasons.push_back(
        text("clipped: %.1f %% of the samples are at full scale, turn it down",
             100 * level.full_scale_share()));
  }
  if (!quality.reasons.empty()) quality.verdict = Quality::Verdict::poor;
  return quality;
}

void add_reason(Quality& quality, std::string reason) {
  quality.verdict = Quality::Verdict::poor;
  quality.reasons.push_back(std::move(reason));
}

std::string explain_no_heart(const signal::BandEnergies& energies) {
  // Of what was synthesised, tones vary by less than 5 dB, noise by 9 to 11, all else by more.
  constexpr double kTone = 5;
  constexpr double kNoise = 12;
  const double range_db = widest_range_db(energies);
  if (range_db < kTone) return "no heart beat found, but a steady tone or hum";
  if (range_db < kNoise) return "no heart beat found, mostly steady noise";
  return "no heart beat found in sounds that come and go, as speech, music or handling do";
}

std::optional<std::string> find_drowned(const std::vector<beats::CycleLevels>& levels) {
  if (levels.empty()) return std::nullopt;
  std::vector<double> contrasts_db;
  for (const beats::CycleLevels& level : levels) {
    const double diastole = (level.between[3][0] + level.between[4][0] + level.between[5][0]) / 3;
    contrasts_db.push_back(signal::to_db(0.5 * (level.s1[0] + level.s2[0])) -
                           signal::to_db(diastole));
  }
  const double contrast_db = beats::median_of(std::move(contrasts_db));
  if (contrast_db >= kMinContrastDb) return std::nullopt;
  return text("mostly noise: the heart sounds rise only %.0f dB above it",
              std::max(0.0, contrast_db));
}

}  // namespace auscult::classify
