#pragma once

#include <string>
#include <string_view>

namespace auscult {

/// `text` as one field of a CSV line (RFC 4180): quoted where a comma, a quote or a line break
/// would mislead.
std::string csv_field(std::string_view text);

/// As csv_field(), for text that people wrote and others open in a spreadsheet: what would be taken
/// for a formula there gets an apostrophe before it.
std::string csv_text(std::string_view text);

}  // namespace auscult
