#pragma once

#include "auscult/result.hpp"
#include "core/limits.hpp"

namespace auscult::audio {

/// Fails with invalid_argument, with value and bounds, unless the rate is in
/// [min_sample_rate_hz, kMaxSampleRateHz].
Status check_sample_rate(int sample_rate_hz, int min_sample_rate_hz = limits::kMinSampleRateHz);

/// Fails with invalid_argument, with value and bounds, unless 1 <= channels <= kMaxChannels.
Status check_channels(int channels);

}  // namespace auscult::audio
