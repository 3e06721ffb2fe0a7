#pragma once

#include <string>
#include <string_view>

#include "core/time.hpp"

namespace auscult {

/// A new UUIDv7 (RFC 9562, section 5.7) in its 36-character form: its order is that of `time`, to
/// the millisecond, and 74 random bits from the operating system make it unguessable. Any thread.
std::string new_id(Timestamp time);

/// Whether `text` has the form of an id, so that nothing else reaches a query or a path.
bool is_id(std::string_view text);

}  // namespace auscult
