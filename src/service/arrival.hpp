#pragma once

#include <optional>

#include "audio/block_reader.hpp"
#include "core/rate_suspect.hpp"

namespace auscult::service {

/// Whether samples came at the pace of another usual rate than the one they are declared at: a
/// microphone delivers as many a second as it records. `bytes_per_s` is what came of the body.
/// Only of PCM and WAV, whose bytes are samples; empty if the pace fits the declared rate within
/// 4 %, or no usual rate within 3 %, as that of a slow network does.
std::optional<RateSuspect> suspect_pace(double bytes_per_s, const audio::SourceFormat& format);

/// Takes what arrival shows into an answer: its rate is suspect, the recording poor.
void add_suspicion(const RateSuspect& suspect, Classification& result);

}  // namespace auscult::service
