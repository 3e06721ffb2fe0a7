#pragma once

#include "audio/synthetic_heart.hpp"

namespace auscult::testing {

using audio::band_noise;
using audio::beat_onset_s;
using audio::burst;
using audio::heart_sound;
using audio::kThirdSoundS;
using audio::MurmurTiming;
using audio::synthesize;
using audio::SyntheticHeart;

}  // namespace auscult::testing
