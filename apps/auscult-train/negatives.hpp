#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "augment.hpp"

namespace auscult::train {

/// Sounds that are no heart, synthesised at 2 kHz; RMS 1.
enum class Negative { noise, hum, chords, speech, clicks, rubbing };
inline constexpr int kNegatives = 6;
inline constexpr std::array<std::string_view, kNegatives> kNegativeNames = {
    "noise", "hum", "chords", "speech", "clicks", "rubbing"};

/// noise: of any colour, steady. hum: mains harmonics. chords: struck periodically, decaying, as of
/// a piano. speech: a gliding voice through resonances, in syllables. clicks: a metronome. rubbing:
/// bursts of noise, as of a moved stethoscope.
std::vector<float> synthesise(Negative kind, std::size_t length, Random& random);

}  // namespace auscult::train
