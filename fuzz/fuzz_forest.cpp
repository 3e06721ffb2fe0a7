#include <cstdint>
#include <span>
#include <vector>

#include "model/forest.hpp"

/// Reads a forest and walks it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto forest = auscult::model::Forest::decode(std::as_bytes(std::span(data, size)));
  if (!forest) return 0;
  for (const float value : {-1.0F, 0.5F}) {
    (void)forest->log_score(std::vector<float>(forest->features().size(), value));
  }
  return 0;
}
