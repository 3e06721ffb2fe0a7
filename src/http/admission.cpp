#include "http/admission.hpp"

#include <algorithm>
#include <utility>

#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using boost::beast::http::verb;

Problem bad_request(std::string detail) {
  return {400, std::string(to_string(ErrorCode::invalid_argument)), std::move(detail)};
}

Response options_response(std::string allow) {
  Response response;
  response.headers = {{"Allow", std::move(allow)}};
  return response;
}

}  // namespace

std::optional<Problem> check_framing(const RequestHeader& header) {
  const auto lengths = header.count(field::content_length);
  const auto codings = header.count(field::transfer_encoding);
  if (lengths > 0 && codings > 0) {
    return bad_request("Content-Length and Transfer-Encoding exclude each other");
  }
  const std::string_view length = header[field::content_length];
  if (lengths > 1 || length.find_first_not_of("0123456789") != std::string_view::npos) {
    return bad_request("Content-Length must be one number");
  }
  if (codings > 0 && header.version() < 11) {
    return bad_request("HTTP/1.0 has no Transfer-Encoding");
  }
  if (codings > 1 || (codings == 1 && !iequals(header[field::transfer_encoding], "chunked"))) {
    return Problem{501, "unsupported_transfer_encoding",
                   "the only Transfer-Encoding that is read is \"chunked\""};
  }
  // RFC 9112 wants one in HTTP/1.1; requests put together by hand leave it out, and the prototype
  // answered them.
  if (header.count(field::host) > 1) return bad_request("there must be one Host header");
  return std::nullopt;
}

std::variant<Admission, Response> admit(const RequestHeader& header) {
  const std::string_view raw_target = header.target();
  if (header.method() == verb::options && raw_target == "*") {
    return options_response("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }
  Result<Target> target = parse_target(raw_target);
  if (!target) return to_response(to_problem(target.error()), path_of(raw_target));
  const std::string& path = target->path;

  Match found = match(header.method(), path);
  if (found.allow.empty()) {
    return to_response({404, "not_found", "there is nothing at " + path}, path);
  }
  if (header.method() == verb::options) return options_response(found.allow);
  if (found.route == nullptr) {
    return to_response(
        {405,
         "method_not_allowed",
         std::string(header.method_string()) + " is not for " + path + "; it takes " + found.allow,
         {{"Allow", found.allow}}},
        path);
  }

  Admission admission;
  admission.route = found.route;
  if (const auto* submit = std::get_if<Submit>(&found.route->handler)) {
    const std::string mode = target->query.find("mode").value_or("");
    if (submit->may_wait && !mode.empty() && mode != "sync" && mode != "async") {
      return to_response(bad_request("mode \"" + mode + "\" is neither sync nor async"), path);
    }
    admission.is_later = submit->may_wait && mode == "async";
    Result<UploadHead> upload = read_upload_head(target->query, header);
    if (!upload) return to_response(to_problem(upload.error()), path);
    admission.upload = *std::move(upload);
  }
  if (header.version() >= 11 && header.count(field::expect) > 0) {
    if (!iequals(header[field::expect], "100-continue")) {
      return to_response({417, "expectation_failed",
                          "Expect \"" + std::string(header[field::expect]) +
                              "\" is not known; only 100-continue is"},
                         path);
    }
    admission.expects_continue = true;
  }
  admission.request.query = std::move(target->query);
  admission.request.headers = header;
  admission.request.method = header.method_string();
  admission.request.id = std::move(found.id);
  admission.request.number = std::move(found.number);
  return admission;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, std::min(target.find('?'), target.size()));
}

}  // namespace auscult::http
