#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::train {

inline constexpr int kNotAnnotated = -1;

/// A stretch of a recording in one state of the heart cycle: 0 S1, 1 systole, 2 S2, 3 diastole, or
/// kNotAnnotated.
struct AnnotatedState {
  double start_s = 0;
  double end_s = 0;
  int state = kNotAnnotated;
};

/// A recording of CirCor with its segmentation, at kSampleRateHz.
struct HeartRecording {
  std::string file;
  int fold = 0;
  std::vector<float> samples;
  std::vector<AnnotatedState> annotation;  ///< In order of time, without a gap.
};

/// Reads a segmentation: lines of start, end and state (0 not annotated, 1 to 4 as above). Fails
/// with not_found, and with invalid_argument naming the line.
Result<std::vector<AnnotatedState>> load_annotation(const std::string& path);

/// Every recording of `<folder>/circor2022/manifest.csv` that has a segmentation. `progress` is
/// called with (done, all). Fails with not_found, malformed_audio or invalid_argument, naming the
/// file.
Result<std::vector<HeartRecording>> load_heart_recordings(
    const std::string& folder, const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace auscult::train
