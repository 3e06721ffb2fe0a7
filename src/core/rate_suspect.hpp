#pragma once

#include <optional>
#include <string>

#include "core/recording.hpp"

namespace auscult {

/// That a clip was probably recorded at another rate than it was read at.
struct RateSuspect {
  int likely_rate_hz = 0;  ///< Of what microphones are usually set to, the likeliest.
  int declared_rate_hz = 0;
  std::string evidence;  ///< What shows it, before the rates: "this would be a heart".
  bool operator==(const RateSuspect&) const = default;
};

/// "this would be a heart at 44100 Hz instead of 16000 Hz".
std::string to_text(const RateSuspect& suspect);

/// The reason of a poor recording that says so: "rate suspect: " and to_text().
std::string to_reason(const RateSuspect& suspect);

/// Reads it back from a quality's reasons, of which it is one: recordings keep it there, and have
/// done so before there was a value of its own. Empty if none is to_reason().
std::optional<RateSuspect> find_rate_suspect(const Quality& quality);

}  // namespace auscult
