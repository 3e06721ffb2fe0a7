#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "audio/examine.hpp"

namespace auscult::audio {

/// What is around the sound, or there in its place: nothing, text, a whole HTTP request, a form or
/// chunk sizes that were not declared, a compressed body, a WAV header that is not at the front.
/// Empty if the bytes may be sound. A pure function.
std::optional<Finding> find_wrapping(std::span<const std::byte> bytes);

/// A WAV whose data chunk claims another length than it has. Empty if it claims the right one, and
/// of what is no WAV.
std::optional<Finding> find_wav_size(std::span<const std::byte> bytes);

}  // namespace auscult::audio
