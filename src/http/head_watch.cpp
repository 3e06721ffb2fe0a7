#include "http/head_watch.hpp"

namespace auscult::http {
namespace {

/// Whether it has three parts of which the last names HTTP; which version, the parser says.
bool is_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  return first != last && line.substr(last + 1).substr(0, 5) == "HTTP/";
}

}  // namespace

std::optional<std::string_view> HeadWatch::take(std::string_view bytes) {
  for (const char byte : bytes) {
    if (ended_) break;
    if (byte == '\0') return "a NUL byte in the header";
    if (after_cr_) {
      if (byte != '\n') return "a carriage return without its line feed in the header";
      if (in_first_line_ && !is_request_line(first_line_)) {
        return "the first line must be METHOD TARGET HTTP/1.1";
      }
      ended_ = !in_first_line_ && column_ == 0;
      after_cr_ = in_first_line_ = false;
      column_ = 0;
      continue;
    }
    if (byte == '\n') return "a line of the header must end in CR LF, not in LF alone";
    if (byte == '\r') {
      after_cr_ = true;
      continue;
    }
    if (in_first_line_) {
      first_line_ += byte;
    } else if (column_ == 0 && (byte == ' ' || byte == '\t')) {
      return "a header line that begins with a space; folded headers are not read";
    }
    ++column_;
  }
  return std::nullopt;
}

}  // namespace auscult::http
