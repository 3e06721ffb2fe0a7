#pragma once

#include <span>
#include <vector>

#include "augment.hpp"

/// What phones, denoisers and editors of teaching recordings do to a heart sound.
namespace auscult::train {

/// Takes away what lies below `corner_hz`, by 12 dB an octave (Butterworth, second order).
void pass_high(std::vector<float>& samples, double corner_hz);

/// Makes the quiet quieter: of what lies d decibels below the level that is exceeded in a fifth of
/// the time, (ratio - 1) d more are taken. A ratio of 1 changes nothing. Levels are over some 20
/// ms.
void expand(std::vector<float>& samples, double ratio);

/// A random piece of a recording at 2 kHz, from 2 s to all of it (even over the logarithm), all of
/// a shorter one; high-passed at 20 to 120 Hz and expanded at a ratio of 1 to 4. The same random
/// state gives the same piece. `samples` is not empty.
std::vector<float> cleaned_piece(std::span<const float> samples, Random& random);

}  // namespace auscult::train
