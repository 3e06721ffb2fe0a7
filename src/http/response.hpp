#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "auscult/result.hpp"
#include "core/time.hpp"

namespace auscult::http {

/// An answer, still apart from the connection it goes out on.
struct Response {
  int status = 200;
  std::string content_type;  ///< Empty if there is no content.
  std::variant<std::string, std::vector<std::byte>> content;
  std::vector<std::pair<std::string, std::string>> headers;  ///< All but those of the framing.
  /// Whether the content goes on after what is here, until the connection ends; it then has no
  /// Content-Length.
  bool endless = false;
};

/// How an answer is framed on its connection.
struct Framing {
  int http_minor = 1;      ///< Of the request: 0 or 1.
  bool keep_alive = true;  ///< Whether the connection stays open afterwards.
};

/// The content's bytes, in place.
std::span<const std::byte> content_of(const Response& response);

/// The status line and the header, with Content-Length always (but where a status has no content,
/// RFC 9110, section 8.6, or the content is endless) and the empty line at the end.
std::string encode_head(const Response& response, const Framing& framing, Timestamp now);

/// What went wrong, for any route: the members of RFC 9457 and our `code`.
struct Problem {
  int status = 500;
  std::string code;    ///< An ErrorCode's name, or that of an HTTP status ("method_not_allowed").
  std::string detail;  ///< For a person.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// The status an error is answered with.
int status_of(ErrorCode code);

Problem to_problem(const Error& error);

/// application/problem+json for paths under /v1, {"error": detail} for those under /v2, else one
/// line of plain text: devices show it.
Response to_response(const Problem& problem, std::string_view path);

Response text_response(int status, std::string text);
/// JSON that is not to be kept by a cache.
Response json_response(int status, std::string text);
/// What went wrong under /v1.
Response problem_response(const Error& error);

}  // namespace auscult::http
