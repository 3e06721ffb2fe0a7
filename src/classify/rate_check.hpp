#pragma once

#include <optional>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "beats/detector.hpp"
#include "model/model.hpp"

namespace auscult::classify {

/// The sample rate, in Hz, at which a clip would be a heart, if it is none at the rate it has: the
/// commonest fault of devices is to declare another rate than they record with. Empty if the clip
/// is a heart as it is, or none at any usual rate.
///
/// Other rates are tried only if `found`, the detector's answer at the clip's own rate, is no
/// heart, one of over 180 bpm, or unsure (a heart at a third of its rate is told as one, but not
/// surely). A rate is likelier if at it the clip lasts 4 s and is surely a heart of 45 to 140 bpm;
/// of several the one whose systole is as long as is usual for its heart rate (docs/quality.md).
/// Fails as detect() does.
Result<std::optional<int>> find_likelier_rate(const beats::HeartSoundDetector& detector,
                                              const audio::AudioClip& clip,
                                              const beats::Heartbeats& found,
                                              model::Workspace& workspace);

}  // namespace auscult::classify
