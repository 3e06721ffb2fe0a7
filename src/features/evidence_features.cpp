#include "features/evidence_features.hpp"

#include <utility>

#include "audio/resample.hpp"
#include "features/beat_features.hpp"
#include "features/clip_features.hpp"
#include "features/feature_writer.hpp"

namespace auscult::features {
namespace {

constexpr int kRateHz = 2000;

}  // namespace

std::vector<float> evidence_features(const audio::AudioClip& clip,
                                     const beats::Heartbeats& heartbeats) {
  FeatureWriter writer;
  const audio::AudioClip heard = audio::resample(clip, kRateHz);
  if (heard.samples.empty()) return std::move(writer).values();
  const signal::BandEnergies energies(heard);
  write_clip_features(heard.samples, energies, writer);
  write_beat_features(energies, heartbeats, writer);
  return std::move(writer).values();
}

}  // namespace auscult::features
