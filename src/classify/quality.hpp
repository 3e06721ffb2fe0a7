#pragma once

#include "audio/clip.hpp"
#include "core/recording.hpp"

namespace auscult::classify {

/// Shorter than this, a clip may hold no whole heart beat (1 s at 60 bpm).
inline constexpr double kMinJudgeableS = 1.0;

/// Whether there is anything to judge: not if the clip is shorter than kMinJudgeableS, or does not
/// move by even one step of a 16-bit converter.
bool is_judgeable(const audio::AudioClip& clip);

/// Judges the recording, not the heart: too short for a rhythm, too quiet for its converter,
/// clipped by it, or an offset and nothing else. Each reason is a sentence with the value found. A
/// pure function.
Quality assess_quality(const audio::AudioClip& clip);

}  // namespace auscult::classify
