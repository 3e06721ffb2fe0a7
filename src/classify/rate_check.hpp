#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "core/rate_suspect.hpp"
#include "model/model.hpp"

namespace auscult::classify {

/// What microphones and their drivers are set to.
inline constexpr std::array<int, 8> kUsualRatesHz = {4000,   8000,   11'025, 16'000,
                                                     22'050, 32'000, 44'100, 48'000};

/// What is listened to, enough to tell.
inline constexpr double kRateCheckS = 20;
/// What suspect_rate() needs of a clip, from its beginning.
inline constexpr std::size_t kRateCheckFrames =
    static_cast<std::size_t>(kRateCheckS * kUsualRatesHz.back());

/// The sample rate at which a clip would be a heart, if it is none at the rate it has: the
/// commonest fault of devices is to declare another rate than they record with. Empty if the clip
/// is a heart as it is, or none at any usual rate.
///
/// Each rate gets a score: how sure the detector is of the heart, less the strangeness of its
/// systole. Other rates are tried only if at its own the clip is no good heart (40 to 180 bpm,
/// score 0.78): one upload in ten. The best of them is suspected if at it the clip lasts 4 s and is
/// surely (0.8) a heart of 40 to 150 bpm, with a score 0.1 better (docs/quality.md). Fails as
/// detect() does.
Result<std::optional<RateSuspect>> suspect_rate(const beats::HeartSoundDetector& detector,
                                                const audio::AudioClip& clip,
                                                const beats::Heartbeats& found,
                                                model::Workspace& workspace);

}  // namespace auscult::classify
