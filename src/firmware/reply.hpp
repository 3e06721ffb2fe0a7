#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/wire.hpp"

namespace auscult::firmware {

/// What came back, as it came.
struct Reply {
  std::vector<int> interim;  ///< The 1xx before the final status.
  int status = 0;            ///< 0 if no final status line came.
  std::string head;          ///< Of the final answer: status line and header, with the empty line.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
  bool is_whole = false;  ///< Whether all of the Content-Length came, or the end without one.
  bool is_timeout = false;
  bool is_broken = false;   ///< The connection ended or broke before that.
  double head_after_s = 0;  ///< From the begin of the wait to the end of the head.

  /// The value of the first header of this name (in lower case); null if there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

/// Reads one answer with its 1xx. It is whole as soon as Content-Length says so: the connection may
/// stay open. Where none is said, it goes on to the end of the connection.
Reply await_reply(Wire& wire, Clock::time_point until);

/// Splits "HTTP/1.1 200 OK\r\nName: value\r\n\r\n" into status and headers; status 0 of anything
/// that does not begin like that.
Reply parse_head(std::string head);

}  // namespace auscult::firmware
