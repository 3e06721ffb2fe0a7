#pragma once

#include <string>
#include <string_view>

#include "http/response.hpp"

namespace auscult::http {

/// Where a request belongs in a distributed trace (W3C Trace Context, level 1), in lower-case
/// hexadecimal digits.
struct Trace {
  std::string trace_id;    ///< 32, not all zero: the client's, or made here.
  std::string request_id;  ///< 16: this request's span within it.
  std::string flags;       ///< 2: the client's; 00 where it sent none.
};

/// Goes on with the trace that a traceparent header names, or, where it is empty or none that can
/// be read, begins one. Every call has its own request_id. Any thread.
Trace begin_trace(std::string_view traceparent);

/// "00-<trace_id>-<request_id>-<flags>"
std::string to_text(const Trace& trace);

/// Adds X-Request-Id and traceparent. Devices read whole heads into small buffers and know neither:
/// answers at "/" and "/upload_audio" stay as they are, as do those without a trace.
void add_trace_headers(Response& response, std::string_view path, const Trace& trace);

}  // namespace auscult::http
