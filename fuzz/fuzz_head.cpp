// The bytes of a request's head: what is wrong with them does not depend on how they are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/head_watch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view head(reinterpret_cast<const char*>(data), size);
  const auto whole = auscult::http::HeadWatch().take(head);

  auscult::http::HeadWatch watch;
  std::optional<std::string_view> in_pieces;
  // The first byte says where to cut.
  const std::size_t piece = size == 0 ? 1 : 1 + data[0] % 7;
  for (std::size_t begin = 0; begin < size && !in_pieces; begin += piece) {
    in_pieces = watch.take(head.substr(begin, piece));
  }
  if (whole != in_pieces) std::abort();
  return 0;
}
