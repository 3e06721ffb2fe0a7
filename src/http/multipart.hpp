#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::http {

/// One part of a multipart/form-data body (RFC 7578).
struct Part {
  std::string name;
  std::optional<std::string> filename;  ///< Set for a file.
  std::string content_type;             ///< Empty if the part has none.
  std::span<const std::byte> content;   ///< Within the body that was parsed.
};

/// The boundary of a Content-Type; empty if the type is not multipart/form-data. Fails with
/// invalid_argument if it is and has no boundary of 1 to 70 characters.
Result<std::optional<std::string>> multipart_boundary(std::string_view content_type);

/// Splits a body at `boundary`. Strict: CRLF line ends, no preamble, every part with a
/// Content-Disposition of form-data and a name, the closing delimiter present; what follows it is
/// ignored. Fails with invalid_argument, naming the byte offset, on anything else, on more than 16
/// parts, on a part's header over 4 KiB, and on a Content-Transfer-Encoding that changes bytes.
Result<std::vector<Part>> parse_multipart(std::span<const std::byte> body,
                                          std::string_view boundary);

}  // namespace auscult::http
