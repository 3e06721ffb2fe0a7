#pragma once

#include <spdlog/formatter.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/trace.hpp"

namespace auscult::http {

enum class LogFormat { text, json };

/// A request that was answered. Neither its query nor its headers nor its body: they may hold
/// secrets.
struct RequestLine {
  std::string_view method;
  std::string_view path;
  std::string_view route;  ///< Its pattern; empty if there is none.
  int status = 0;
  std::size_t bytes = 0;  ///< Of the answer's content.
  double duration_ms = 0;
  bool client_gone = false;  ///< Before it had all of the answer.
  const Trace& trace;
};

/// Writes the line at level info. A long path is cut.
void log_request(const RequestLine& line, LogFormat format);

/// Makes each line of a log one JSON object: time (RFC 3339, UTC), level, message; of a request
/// message "request", request_id, trace_id, method, path, route (or null), status, bytes,
/// duration_ms, client_gone.
std::unique_ptr<spdlog::formatter> make_json_formatter();

}  // namespace auscult::http
