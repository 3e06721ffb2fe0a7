#include <cstdint>
#include <cstdlib>
#include <span>

#include "auscult/audio.hpp"

/// The first four bytes are the parameters, the rest is the PCM.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const auto pcm = std::as_bytes(std::span(data, size)).subspan(4);
  const auto wav = auscult::pcm_to_wav(pcm, data[0] * 1'000, data[1], data[2], data[3]);
  if (wav && wav->size() < 44) std::abort();
  return 0;
}
