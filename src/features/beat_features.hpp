#pragma once

#include "beats/heartbeats.hpp"
#include "features/feature_writer.hpp"
#include "signal/band_energies.hpp"

namespace auscult::features {

/// Sets the features from "heart_posterior" on.
void write_beat_features(const signal::BandEnergies& energies, const beats::Heartbeats& heartbeats,
                         FeatureWriter& writer);

}  // namespace auscult::features
