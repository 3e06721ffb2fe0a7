#include "features/evidence_features.hpp"

#include <cassert>
#include <utility>

#include "audio/resample.hpp"
#include "features/beat_features.hpp"
#include "features/clip_features.hpp"
#include "features/feature_writer.hpp"

namespace auscult::features {

std::vector<float> evidence_features(const audio::AudioClip& clip,
                                     const beats::Heartbeats& heartbeats) {
  const audio::AudioClip heard = audio::resample(clip, signal::kBandsRateHz);
  return evidence_features(heard, signal::BandEnergies(heard), heartbeats);
}

std::vector<float> evidence_features(const audio::AudioClip& heard,
                                     const signal::BandEnergies& energies,
                                     const beats::Heartbeats& heartbeats) {
  assert(heard.sample_rate_hz == signal::kBandsRateHz);
  FeatureWriter writer;
  if (heard.samples.empty()) return std::move(writer).values();
  write_clip_features(heard.samples, energies, writer);
  write_beat_features(energies, heartbeats, writer);
  return std::move(writer).values();
}

}  // namespace auscult::features
