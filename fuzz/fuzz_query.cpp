#include <cstdint>
#include <cstdlib>

#include "http/negotiation.hpp"
#include "http/query.hpp"
#include "http/text.hpp"

/// The whole as a request target, and as the headers that are parsed beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::http;
  constexpr std::size_t kRepresentation = 1'000;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    for (const auto& [name, value] : target->query.parameters()) {
      if (!is_plain_text(name) || !is_plain_text(value)) std::abort();
    }
  }
  static_cast<void>(prefers_html(text));
  static_cast<void>(accepts_gzip(text));
  static_cast<void>(matches_etag(text, "\"id\""));
  const auto range = parse_range(text, kRepresentation);
  if (range && *range && (*range)->first + (*range)->length > kRepresentation) std::abort();
  return 0;
}
