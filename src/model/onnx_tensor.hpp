#pragma once

#include <string>

#include "auscult/result.hpp"
#include "model/graph.hpp"

namespace onnx {
class TensorProto;
}

namespace auscult::model {

/// Reads a tensor of an ONNX file; `what` names it in errors ("the initialiser 'w'").
/// Fails with unsupported_model on another type than f32, f64, i64, i32 and bool, on data kept in
/// another file, and where dimensions and data do not agree.
Result<Constant> decode_tensor(const onnx::TensorProto& proto, const std::string& what);

}  // namespace auscult::model
