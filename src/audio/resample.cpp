#include "audio/resample.hpp"

#include <soxr.h>

#include <cassert>
#include <cstdint>
#include <new>

namespace auscult::audio {

AudioClip resample(const AudioClip& clip, int sample_rate_hz) {
  assert(clip.sample_rate_hz > 0 && sample_rate_hz > 0);
  if (clip.sample_rate_hz == sample_rate_hz) return clip;

  const auto from = static_cast<std::uint64_t>(clip.sample_rate_hz);
  const auto to = static_cast<std::uint64_t>(sample_rate_hz);
  AudioClip result;
  result.sample_rate_hz = sample_rate_hz;
  result.samples.resize((clip.samples.size() * to + from / 2) / from);
  if (result.samples.empty()) return result;

  const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  const soxr_error_t error =
      soxr_oneshot(static_cast<double>(from), static_cast<double>(to), 1, clip.samples.data(),
                   clip.samples.size(), nullptr, result.samples.data(), result.samples.size(),
                   nullptr, &floats, &quality, &one_thread);
  // With valid rates and buffers only its own allocations can fail.
  if (error != nullptr) throw std::bad_alloc();
  return result;
}

}  // namespace auscult::audio
