#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace auscult::train {

/// A tensor without a library: row-major values and their shape.
struct PlainTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// One trained network by the names of its parameters (network.cpp).
using Weights = std::map<std::string, PlainTensor>;

inline constexpr float kBatchNormEpsilon = 1e-5F;

/// The trunk's shape, shared by training and export.
inline constexpr int kChannels = 96;       ///< Of the feature map.
inline constexpr int kHeads = 4;           ///< Of the attention.
inline constexpr int kResidualBlocks = 4;  ///< Dilations 1, 2, 4, 8.
inline constexpr int kScores = 6;          ///< Five classes and CirCor's murmur.

/// One convolution of the trunk's front, over frequency and time.
struct PlaneConvolution {
  int outputs;
  int kernel;
  int frequency_stride;
  int time_stride;
};
inline constexpr std::array<PlaneConvolution, 4> kPlaneConvolutions = {
    {{16, 5, 2, 2}, {24, 3, 2, 1}, {40, 3, 2, 2}, {64, 3, 2, 1}}};
inline constexpr int kFlattened = 128;  ///< 64 channels times the 2 frequencies left.

}  // namespace auscult::train
