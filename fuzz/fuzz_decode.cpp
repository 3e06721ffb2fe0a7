#include <cstdint>
#include <cstdlib>

#include "audio/archive.hpp"
#include "audio/decode.hpp"

/// The first four bytes are the declaration, the rest is the upload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::audio;
  if (size < 4) return 0;
  const Declaration declared = {.sample_rate_hz = data[0] * 1'000,
                                .channels = data[1],
                                .format = static_cast<SampleFormat>(data[2] % 5),
                                .byte_order = static_cast<ByteOrder>(data[3] % 2)};
  const auto upload = std::as_bytes(std::span(data, size)).subspan(4);

  const auto decoded = decode(upload, declared);
  const auto archived = archive(upload, declared);
  if (archived.has_value() != decoded.has_value()) std::abort();
  if (decoded && decode(archived->bytes, {})->clip != decoded->clip) std::abort();
  return 0;
}
