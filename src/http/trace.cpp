#include "http/trace.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace auscult::http {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
// Version, trace, span, flags and the dashes between.
constexpr std::size_t kLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;

bool is_hex(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// Two digits a byte, never all zero: that would mean none.
std::string random_hex(std::size_t bytes) {
  std::array<unsigned char, 16> random{};
  // They need not be secret. Were there none, the ids would still be well-formed.
  if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1) random.fill(1);
  random[0] |= 1U;
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) {
    text += kDigits[random[i] >> 4U];
    text += kDigits[random[i] & 0xFU];
  }
  return text;
}

/// Trace and flags of the header, if it is one (section 3.2.2).
std::optional<Trace> parse(std::string_view header) {
  if (header.size() < kLength) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace = header.substr(3, 32);
  const std::string_view span = header.substr(36, 16);
  const std::string_view flags = header.substr(53, 2);
  const bool has_dashes = header[2] == '-' && header[35] == '-' && header[52] == '-';
  if (!has_dashes || !is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(flags)) {
    return std::nullopt;
  }
  // A later version may have more to say, after another dash.
  const bool ends_well = header.size() == kLength || (version != "00" && header[kLength] == '-');
  if (version == "ff" || !ends_well || is_zero(trace) || is_zero(span)) return std::nullopt;
  return Trace{std::string(trace), "", std::string(flags)};
}

}  // namespace

Trace begin_trace(std::string_view traceparent) {
  Trace trace = parse(traceparent).value_or(Trace{"", "", "00"});
  if (trace.trace_id.empty()) trace.trace_id = random_hex(16);
  trace.request_id = random_hex(8);
  return trace;
}

std::string to_text(const Trace& trace) {
  return "00-" + trace.trace_id + "-" + trace.request_id + "-" + trace.flags;
}

void add_trace_headers(Response& response, std::string_view path, const Trace& trace) {
  if (trace.request_id.empty() || path == "/" || path == "/upload_audio") return;
  response.headers.emplace_back("X-Request-Id", trace.request_id);
  response.headers.emplace_back("traceparent", to_text(trace));
}

}  // namespace auscult::http
