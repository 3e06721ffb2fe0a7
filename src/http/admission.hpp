#pragma once

#include <boost/beast/http/message.hpp>
#include <optional>
#include <variant>

#include "http/response.hpp"
#include "http/router.hpp"
#include "http/upload.hpp"

namespace auscult::http {

using RequestHeader = boost::beast::http::request_header<>;

/// What makes it doubtful where a message ends, which a proxy before us may read another way
/// (RFC 9112, section 11.2): Content-Length beside Transfer-Encoding or more than one, any coding
/// but `chunked`, either of these in HTTP/1.0 where it has no meaning; and a Host missing or
/// repeated. The connection cannot be used any further.
std::optional<Problem> check_framing(const RequestHeader& header);

/// A request that may go on: its route, and for an upload what the header says of it.
struct Admission {
  const Route* route = nullptr;
  Request request;
  UploadHead upload;
  bool is_later = false;  ///< Whether the upload is only to be kept, and judged later.
  bool expects_continue = false;
};

/// Decides by the header alone, before any of the body is read: the admission, or the final answer.
std::variant<Admission, Response> admit(const RequestHeader& header);

/// The path of a target as far as it can be read, for the style of an error and for the log.
std::string_view path_of(std::string_view target);

}  // namespace auscult::http
