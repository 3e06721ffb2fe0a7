#include "http/security_headers.hpp"

#include <algorithm>
#include <string>

namespace auscult::http {
namespace {

constexpr const char* kNoPage = "default-src 'none'; frame-ancestors 'none'";

void add_missing(Response& response, const char* name, const char* value) {
  const auto& headers = response.headers;
  const bool is_there = std::any_of(headers.begin(), headers.end(),
                                    [&](const auto& header) { return header.first == name; });
  if (!is_there) response.headers.emplace_back(name, value);
}

}  // namespace

void add_security_headers(Response& response, std::string_view path, bool https_only) {
  if (path == "/upload_audio" || response.status < 200) return;
  add_missing(response, "X-Content-Type-Options", "nosniff");
  add_missing(response, "Referrer-Policy", "no-referrer");
  add_missing(response, "Cross-Origin-Resource-Policy", "same-origin");
  add_missing(response, "Content-Security-Policy", kNoPage);
  if (response.content_type.substr(0, 9) == "text/html") {
    add_missing(response, "Cross-Origin-Opener-Policy", "same-origin");
    add_missing(response, "Permissions-Policy", "microphone=(self), camera=(), geolocation=()");
  }
  if (https_only) add_missing(response, "Strict-Transport-Security", "max-age=31536000");
}

}  // namespace auscult::http
