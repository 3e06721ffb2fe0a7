#include "auscult/result.hpp"

namespace auscult {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::malformed_audio:
      return "malformed_audio";
    case ErrorCode::unsupported_format:
      return "unsupported_format";
    case ErrorCode::unsupported_model:
      return "unsupported_model";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::storage_failure:
      return "storage_failure";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace auscult
