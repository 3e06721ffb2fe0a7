#pragma once

#include <string_view>

namespace auscult::http {

/// The text of openapi.json, the description of this interface (OpenAPI 3.1).
std::string_view openapi_document();

}  // namespace auscult::http
