#include "features/evidence_features.hpp"

#include <cmath>
#include <utility>

#include "audio/resample.hpp"
#include "features/beat_features.hpp"
#include "features/clip_features.hpp"
#include "features/feature_writer.hpp"

namespace auscult::features {
namespace {

constexpr int kRateHz = 2000;

// Without its mean and with RMS 1, so that floors mean the same at any gain.
void normalise(std::vector<float>& samples) {
  double sum = 0;
  double squares = 0;
  for (const float sample : samples) sum += static_cast<double>(sample);
  const double mean = sum / static_cast<double>(samples.size());
  for (const float sample : samples) {
    const double value = static_cast<double>(sample) - mean;
    squares += value * value;
  }
  const double rms = std::sqrt(squares / static_cast<double>(samples.size()));
  const double scale = rms > 1e-9 ? 1 / rms : 0;
  for (float& sample : samples) {
    sample = static_cast<float>((static_cast<double>(sample) - mean) * scale);
  }
}

}  // namespace

std::vector<float> evidence_features(const audio::AudioClip& clip,
                                     const beats::Heartbeats& heartbeats) {
  FeatureWriter writer;
  audio::AudioClip heard = audio::resample(clip, kRateHz);
  if (heard.samples.empty()) return std::move(writer).values();
  normalise(heard.samples);
  const signal::BandEnergies energies(heard);
  write_clip_features(heard.samples, energies, writer);
  write_beat_features(energies, heartbeats, writer);
  return std::move(writer).values();
}

}  // namespace auscult::features
