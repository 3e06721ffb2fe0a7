#pragma once

#include <vector>

/// The fixed part of the network: from samples at 2 kHz to the power in 32 bands, 80 times a
/// second. Its weights are constants of the exported graph, so training and serving share them.
namespace auscult::train {

inline constexpr int kSampleRateHz = 2000;
inline constexpr int kFrameSamples = 100;  ///< 50 ms, about one heart sound.
inline constexpr int kHopSamples = 25;
inline constexpr int kFftSamples = 256;  ///< Zero-padded: the lowest bands are 14 Hz wide.
inline constexpr int kBands = 32;
inline constexpr int kFirstBin = 3;  ///< 23 Hz: the bands begin at 20 Hz.
inline constexpr int kBins = 125;    ///< To 992 Hz.

/// Zeros before and after the samples, so that there are exactly samples / kHopSamples frames.
inline constexpr int kPadBefore = 37;
inline constexpr int kPadAfter = kFrameSamples - kHopSamples - kPadBefore;

/// White noise of power 1 has power 1 in each band; below this everything counts as silence.
inline constexpr float kPowerFloor = 1e-7F;

/// Added to the mean square before the division by its root, so that silence stays finite: far
/// below one step of 16 bits.
inline constexpr float kSilence = 1e-12F;

/// Feature frames (after the trunk's two halvings of time) are this many samples apart.
inline constexpr int kFeatureHopSamples = 4 * kHopSamples;

/// Hann-windowed cosines, then sines, of the kBins frequencies: [2 * kBins, kFrameSamples].
std::vector<float> fourier_kernels();

/// Triangles even on ln(1 + f / 300 Hz) from 20 to 1000 Hz, each of sum 1: [kBands, kBins].
std::vector<float> band_weights();

}  // namespace auscult::train
