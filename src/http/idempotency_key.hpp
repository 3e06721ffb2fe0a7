#pragma once

#include <string>
#include <string_view>

#include "auscult/result.hpp"

namespace auscult::http {

/// The value of an Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a string in
/// quotes (RFC 9651, section 3.3.3), or, since many clients leave them out, the characters as they
/// are. Fails with invalid_argument on one that is empty, over kMaxIdempotencyKeyBytes, not
/// printable ASCII, or whose quotes do not match.
Result<std::string> parse_idempotency_key(std::string_view value);

}  // namespace auscult::http
