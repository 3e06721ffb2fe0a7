#include <cstdint>
#include <span>

#include "model/onnx_file.hpp"
#include "model/passes.hpp"
#include "model/specialise.hpp"

/// Reads a model file and plans it for two lengths: all that looks at foreign bytes, but not
/// oneDNN, whose code generation would take nearly all the time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::model;
  auto file = decode_onnx(std::as_bytes(std::span(data, size)));
  if (!file || !simplify(file->graph)) return 0;
  for (const std::size_t length : {64U, 200U}) {
    if (!specialise(file->graph, length)) return 0;
  }
  return 0;
}
