#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "auscult/result.hpp"

namespace auscult::model {

/// The config.pbtxt by which Triton's ONNX Runtime backend runs a model file as it is: name,
/// inputs and outputs with their types and sizes (-1 where the graph leaves one open), no batching,
/// and the metadata as parameters. `name` is the folder's in the model repository.
/// Fails with unsupported_model if the bytes are no ONNX file, or an input or output has another
/// type than float. Source: model_config.proto of triton-inference-server/common.
Result<std::string> triton_config(std::span<const std::byte> onnx, const std::string& name);

}  // namespace auscult::model
