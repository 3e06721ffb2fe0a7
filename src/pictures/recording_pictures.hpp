#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "core/recording.hpp"

/// Pictures for those without a browser: mails, reports, notebooks. Any thread.
namespace auscult::pictures {

/// A PNG of the clip's spectrogram, 960 by 400 pixels: 20 Hz to 1 kHz, 60 dB below the loudest,
/// with its axes. Fails as Bitmap::png() does.
Result<std::vector<std::byte>> spectrogram_png(const audio::AudioClip& clip);

/// An SVG of the clip's waveform, scaled to its peak, with the heart sounds found in it and an axis
/// of seconds. Colours follow the reader's scheme, dark or light.
std::string waveform_svg(const audio::AudioClip& clip, const std::vector<HeartSound>& beats);

/// Seconds between two marks of an axis that is `duration_s` long: 1, 2 or 5 times a power of ten,
/// such that there are 4 to 12 marks.
double tick_step_s(double duration_s);

}  // namespace auscult::pictures
