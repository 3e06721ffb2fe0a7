#pragma once

#include <span>

#include "features/feature_writer.hpp"
#include "signal/band_energies.hpp"

namespace auscult::features {

/// Sets the features of samples at 2 kHz that need no beats, up to "recurs_mid".
void write_clip_features(std::span<const float> samples, const signal::BandEnergies& energies,
                         FeatureWriter& writer);

}  // namespace auscult::features
