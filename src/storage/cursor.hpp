#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "core/time.hpp"

namespace auscult::storage {

/// A place in the history, which is ordered by `received_at`, then `id`, newest first: the page
/// after it starts with the next older recording, whether the one named here still exists or not.
struct Cursor {
  Timestamp received_at;
  std::string id;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes its 0 for a pointer.
  auto operator<=>(const Cursor&) const = default;
};

/// Text of hexadecimal digits and dashes, fit for a URL; clients must not read it.
std::string encode(const Cursor& cursor);

/// Fails with invalid_argument on anything that encode() does not write.
Result<Cursor> decode_cursor(std::string_view text);

}  // namespace auscult::storage
