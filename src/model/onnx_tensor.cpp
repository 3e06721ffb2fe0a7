#include "model/onnx_tensor.hpp"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>

#include "core/limits.hpp"

namespace auscult::model {

static_assert(std::endian::native == std::endian::little, "ONNX raw data is little-endian");

namespace {

Error refuse_tensor(const std::string& what, const std::string& why) {
  return fail(ErrorCode::unsupported_model, what + " " + why);
}

/// Copies `raw` (values of type Stored) or else `typed` to `destination`.
template <typename Stored, typename Typed, typename Element>
bool copy_values(const std::string& raw, const Typed& typed, std::size_t count,
                 std::vector<Element>& destination) {
  if (raw.empty()) {
    if (static_cast<std::size_t>(typed.size()) != count) return false;
    destination.assign(typed.begin(), typed.end());
    return true;
  }
  if (raw.size() != count * sizeof(Stored)) return false;
  destination.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, raw.data() + i * sizeof(Stored), sizeof(Stored));
    destination[i] = static_cast<Element>(value);
  }
  return true;
}

}  // namespace

Result<Constant> decode_tensor(const onnx::TensorProto& proto, const std::string& what) {
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    return refuse_tensor(what, "keeps its data in another file; save the model as one file");
  }
  if (proto.has_segment()) return refuse_tensor(what, "is stored in segments");
  if (static_cast<std::size_t>(proto.dims_size()) > limits::kMaxTensorRank) {
    return refuse_tensor(what, "has " + std::to_string(proto.dims_size()) + " dimensions");
  }
  auto tensor = std::make_shared<Tensor>();
  tensor->dims.assign(proto.dims().begin(), proto.dims().end());
  const Result<std::size_t> count = checked_element_count(tensor->dims);
  if (!count) return refuse_tensor(what, "is refused: " + count.error().message);

  bool complete = false;
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      complete = copy_values<float>(proto.raw_data(), proto.float_data(), *count, tensor->floats);
      break;
    case onnx::TensorProto::DOUBLE:
      complete = copy_values<double>(proto.raw_data(), proto.double_data(), *count, tensor->floats);
      break;
    case onnx::TensorProto::INT64:
      tensor->is_integer = true;
      complete =
          copy_values<std::int64_t>(proto.raw_data(), proto.int64_data(), *count, tensor->integers);
      break;
    case onnx::TensorProto::INT32:
      tensor->is_integer = true;
      complete =
          copy_values<std::int32_t>(proto.raw_data(), proto.int32_data(), *count, tensor->integers);
      break;
    case onnx::TensorProto::BOOL:
      tensor->is_integer = true;
      complete =
          copy_values<std::uint8_t>(proto.raw_data(), proto.int32_data(), *count, tensor->integers);
      break;
    default:
      return refuse_tensor(what,
                           "has the element type " +
                               onnx::TensorProto::DataType_Name(
                                   static_cast<onnx::TensorProto::DataType>(proto.data_type())) +
                               "; float, double, int64, int32 and bool are read");
  }
  if (!complete) {
    return refuse_tensor(
        what, "claims the shape " + to_string(tensor->dims) + ", which its data do not fill");
  }
  return Constant{std::move(tensor)};
}

}  // namespace auscult::model
