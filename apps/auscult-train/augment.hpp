#pragma once

#include <random>
#include <span>
#include <vector>

namespace auscult::train {

using Random = std::mt19937_64;

/// A generator for one purpose of one step, so that a run can be resumed at any step.
Random random_for(std::uint64_t seed, std::uint64_t step, std::uint64_t purpose);

double uniform(Random& random, double low, double high);

/// Takes away the mean and brings the RMS to 1; silence stays silence.
void to_unit_power(std::vector<float>& samples);

/// A random piece of a recording, played at a random speed (0.85 to 1.18) with coloured noise 3 to
/// 33 dB below it. At most `length` samples, fewer if the recording is shorter; RMS about 1.
std::vector<float> random_crop(std::span<const float> samples, std::size_t length, Random& random);

/// Noise of a random colour, RMS 1.
std::vector<float> coloured_noise(std::size_t length, Random& random);

/// A random equaliser, as a factor of power for each band of the front end: a tilt (sd 6 dB from
/// the middle to an end of the scale) and a smooth quadratic and cubic (sd 2.5 dB each).
std::vector<float> random_equaliser(Random& random);

}  // namespace auscult::train
