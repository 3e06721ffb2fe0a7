#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "auscult/result.hpp"
#include "model/graph.hpp"

namespace auscult::model {

/// The content of an ONNX file, checked: every size is bounded, every use has a source.
struct OnnxFile {
  Graph graph;
  std::map<std::string, std::string> metadata;
};

/// Reads an ONNX ModelProto (onnx.proto of ONNX 1.12, operator set 7 to 21).
///
/// The graph has an input `samples` (or just one input), may have `mask`, and has an output
/// `scores` (or just one output) and may have `window_scores`. Initialisers are f32, f64, i64,
/// i32 or bool and lie in the file itself; floats become f32.
/// Fails with unsupported_model on anything else, with the name of what is wrong. Any thread.
Result<OnnxFile> decode_onnx(std::span<const std::byte> bytes);

}  // namespace auscult::model
