#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "auscult/result.hpp"

namespace auscult::http {

/// Whether an Accept header (RFC 9110, section 12.5.1) ranks text/html above JSON, as a browser's
/// does. An empty one, a malformed one and a tie do not: the devices' answer is the default.
bool prefers_html(std::string_view accept);

/// Whether an Accept-Encoding header (RFC 9110, section 12.5.3) names gzip and does not refuse it.
bool accepts_gzip(std::string_view accept_encoding);

/// A part of a representation: `length` bytes from `first` on.
struct ByteRange {
  std::size_t first = 0;
  std::size_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

/// Reads a Range header (RFC 9110, section 14.2) for a representation of `size` bytes. Empty where
/// the whole is to be sent: no header, another unit, several ranges, a malformed one. Fails with
/// invalid_argument if the range lies outside, which is status 416.
Result<std::optional<ByteRange>> parse_range(std::string_view range, std::size_t size);

/// Whether an If-None-Match header names `etag` (quotes included) or is `*`.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace auscult::http
