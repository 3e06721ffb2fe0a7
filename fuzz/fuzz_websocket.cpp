#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "http/hello.hpp"
#include "http/websocket.hpp"

/// The first byte says in what pieces the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::http;
  constexpr std::size_t kMaxBytes = 10'000;
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0] % 64;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  MessageReader reader(kMaxBytes);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::span<const std::byte> some = bytes.subspan(at, std::min(step, bytes.size() - at));
    for (;;) {
      const auto message = reader.read(some);
      if (!message) return 0;
      if (!*message) break;
      if ((*message)->payload.size() > kMaxBytes) std::abort();
      static_cast<void>(parse_hello((*message)->text()));
    }
    if (!some.empty()) std::abort();
  }
  return 0;
}
