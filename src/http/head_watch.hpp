#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace auscult::http {

/// Looks at the raw bytes of a request's head as they come, for what two readers may take in two
/// ways, so that a proxy before us and we could see different requests (RFC 9112, sections 2.2, 3
/// and 5.2): a line that does not end in CRLF, a bare CR, a NUL, a header line that is folded; and
/// for a first line that is no request line, such as HTTP/0.9's, which has no head to wait for.
/// What else is wrong, the parser finds.
class HeadWatch {
 public:
  /// Takes the bytes that follow those before; those after the head's end are not looked at.
  /// Returns what is wrong with the head, if anything is, in words for the client.
  std::optional<std::string_view> take(std::string_view bytes);

 private:
  bool ended_ = false;
  bool after_cr_ = false;
  bool in_first_line_ = true;
  std::size_t column_ = 0;
  std::string first_line_;
};

}  // namespace auscult::http
