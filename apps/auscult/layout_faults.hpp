#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::cli {

/// Faults of firmware that can be made of any recording: bytes swapped, words of another width,
/// channels that were not declared. "none" is the first.
std::vector<std::string_view> layout_faults();

/// What audio::examine() finds in a clip sent as 16-bit PCM at 8 kHz with each of the faults:
/// [fault][code].
std::vector<std::vector<std::string>> examine_with_faults(const audio::AudioClip& clip);

}  // namespace auscult::cli
