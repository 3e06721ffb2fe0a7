#include <cstdint>
#include <cstdlib>

#include "http/idempotency_key.hpp"
#include "http/upload_session_request.hpp"
#include "service/repeats.hpp"

/// The first line as a query and as what headers and a chunk's path hold, the rest as a body; where
/// the start of a session is understood, what is kept of it must be read back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::string_view body = input.substr(std::min(line.size() + 1, input.size()));

  static_cast<void>(http::parse_idempotency_key(line));
  static_cast<void>(http::parse_chunk_number(line));
  // Beast refuses a header with such characters before we see it.
  boost::beast::http::fields headers;
  const bool fits =
      line.size() < 1'000 && line.find_first_of("\r\n\0", 0, 3) == std::string_view::npos;
  if (fits) {
    headers.set("Content-Digest", line);
    static_cast<void>(http::parse_content_sha256(headers));
    headers.set("X-Content-Sha256", line);
    static_cast<void>(http::parse_content_sha256(headers));
    headers.set("X-Device-Id", line);
  }
  const Result<http::Query> query = http::Query::parse(line);
  for (const http::Query& said : {query ? *query : http::Query(), http::Query()}) {
    static_cast<void>(http::parse_finish_request("id", said, body));
    const auto start = http::parse_session_start(said, {}, body, {});
    static_cast<void>(http::parse_session_start(said, headers, body, {}));
    if (!start) continue;
    service::Upload kept;
    const std::string text = service::declared_text(*start);
    if (!service::read_declared_text(text, kept) || service::declared_text(kept) != text) {
      std::abort();
    }
  }
  return 0;
}
