#include <cstdint>
#include <cstdlib>

#include "http/multipart.hpp"

/// The first line is the Content-Type, the rest the body. What is taken for a part lies within the
/// body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto boundary = multipart_boundary(text.substr(0, line));
  if (!boundary || !*boundary) return 0;

  const auto body = std::as_bytes(std::span(data, size)).subspan(line + 1);
  const auto parts = parse_multipart(body, **boundary);
  if (!parts) return 0;
  for (const Part& part : *parts) {
    if (part.content.data() < body.data() ||
        part.content.data() + part.content.size() > body.data() + body.size()) {
      std::abort();
    }
  }
  return 0;
}
