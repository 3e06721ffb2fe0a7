#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "auscult/result.hpp"

namespace auscult {

/// Wraps raw little-endian PCM in a WAV file, amplified for listening.
///
/// `pcm_data` holds interleaved frames of `num_channels` samples of `sample_width` bytes (1:
/// unsigned, 2 to 4: signed); a last frame that is cut short is left out. Each sample is multiplied
/// by `amplification_factor` (0 to 1000), rounded, and saturates at the limits of its width; width,
/// rate (4 to 192 kHz) and channels (1 to 8) stay as they are. Returns the whole file.
/// Fails with invalid_argument if a parameter is out of bounds, with malformed_audio if there is
/// not one whole frame, and with too_large above 64 Mi samples. Any thread.
Result<std::vector<std::byte>> pcm_to_wav(std::span<const std::byte> pcm_data,
                                          int sample_rate = 16000, int num_channels = 1,
                                          int sample_width = 2, double amplification_factor = 10.0);

}  // namespace auscult
