#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/cursor.hpp"

/// A cursor from a query: only what encode() writes is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::storage;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = decode_cursor(text);
  if (cursor && encode(*cursor) != text) std::abort();
  return 0;
}
