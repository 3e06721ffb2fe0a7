#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auscult/result.hpp"

namespace auscult {

/// A moment in UTC with the resolution that is stored and shown.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

Timestamp now();

/// RFC 3339, UTC, milliseconds: "2026-11-22T09:30:00.125Z".
std::string format_timestamp(Timestamp time);

/// Reads RFC 3339 with any offset and up to nine digits of a second, or a plain date, which means
/// its midnight in UTC. Fails with invalid_argument on anything else.
Result<Timestamp> parse_timestamp(std::string_view text);

}  // namespace auscult
