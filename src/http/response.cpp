#include "http/response.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>

#include "json/json.hpp"

namespace auscult::http {
namespace {

// Long enough for a full queue to empty, short enough that a person still waits.
constexpr const char* kRetryAfterS = "2";

std::string_view reason(int status) {
  const auto phrase =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {phrase.data(), phrase.size()};
}

/// RFC 9110, section 5.6.7: "Sun, 22 Nov 2026 12:00:00 GMT".
std::string format_date(Timestamp time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

}  // namespace

std::span<const std::byte> content_of(const Response& response) {
  return std::visit([](const auto& bytes) { return std::as_bytes(std::span(bytes)); },
                    response.content);
}

std::string encode_head(const Response& response, const Framing& framing, Timestamp now) {
  std::string head =
      "HTTP/1." + std::to_string(framing.http_minor) + " " + std::to_string(response.status) + " ";
  head += reason(response.status);
  head += "\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  const bool has_content =
      response.status >= 200 && response.status != 204 && response.status != 304;
  if (has_content && !response.endless) {
    add("Content-Length", std::to_string(content_of(response).size()));
  }
  for (const auto& [name, value] : response.headers) add(name, value);
  if (!framing.keep_alive || response.endless) {
    add("Connection", "close");
  } else if (framing.http_minor == 0) {
    add("Connection", "keep-alive");
  }
  add("Date", format_date(now));
  head += "\r\n";
  return head;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::malformed_audio:
      return 400;
    case ErrorCode::unsupported_format:
      return 415;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::unavailable:
    case ErrorCode::deadline_exceeded:
      return 503;
    case ErrorCode::storage_failure:
    case ErrorCode::unsupported_model:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Problem to_problem(const Error& error) {
  Problem problem{status_of(error.code), std::string(to_string(error.code)), error.message};
  if (problem.status == 503) problem.headers.emplace_back("Retry-After", kRetryAfterS);
  return problem;
}

Response to_response(const Problem& problem, std::string_view path) {
  Response response;
  response.status = problem.status;
  response.headers = problem.headers;
  if (path == "/v1" || path.substr(0, 4) == "/v1/") {
    const json::Json body = {{"type", "about:blank"},
                             {"title", reason(problem.status)},
                             {"status", problem.status},
                             {"detail", problem.detail},
                             {"code", problem.code}};
    response.content_type = "application/problem+json";
    // A detail may quote foreign bytes, which need not be UTF-8.
    response.content = body.dump(-1, ' ', false, json::Json::error_handler_t::replace);
  } else if (path == "/v2" || path.substr(0, 4) == "/v2/") {
    response.content_type = "application/json";
    response.content = json::dump({{"error", problem.detail}});
  } else {
    response.content_type = "text/plain";
    response.content = one_line(problem.detail);
  }
  return response;
}

Response text_response(int status, std::string text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.content = std::move(text);
  return response;
}

Response json_response(int status, std::string text) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.content = std::move(text);
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

Response problem_response(const Error& error) { return to_response(to_problem(error), "/v1"); }

}  // namespace auscult::http
