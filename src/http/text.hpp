#pragma once

#include <string>
#include <string_view>

#include "auscult/result.hpp"

/// Text as HTTP carries it.
namespace auscult::http {

/// Decodes %XX, strictly: each % has two hexadecimal digits. Fails with invalid_argument.
Result<std::string> percent_decode(std::string_view text);

/// Whether `text` is UTF-8 (RFC 3629) without control characters, fit to be stored and shown.
bool is_plain_text(std::string_view text);

/// Whether both are the same but for the case of ASCII letters. Not Beast's iequals(), which reads
/// one character past the end if the last ones differ (1.81).
bool iequals(std::string_view a, std::string_view b);

/// `text` without the blanks and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace auscult::http
