#include "audio/bounds.hpp"

#include <string>

namespace auscult::audio {

Status check_sample_rate(int sample_rate_hz, int min_sample_rate_hz) {
  if (sample_rate_hz >= min_sample_rate_hz && sample_rate_hz <= limits::kMaxSampleRateHz) {
    return Ok{};
  }
  return fail(ErrorCode::invalid_argument, "the sample rate is " + std::to_string(sample_rate_hz) +
                                               " Hz, but must be " +
                                               std::to_string(min_sample_rate_hz) + " to " +
                                               std::to_string(limits::kMaxSampleRateHz));
}

Status check_channels(int channels) {
  if (channels >= 1 && channels <= limits::kMaxChannels) return Ok{};
  return fail(ErrorCode::invalid_argument, "the number of channels is " + std::to_string(channels) +
                                               ", but must be 1 to " +
                                               std::to_string(limits::kMaxChannels));
}

}  // namespace auscult::audio
