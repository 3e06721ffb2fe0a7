#pragma once

#include <string_view>

#include "http/response.hpp"

namespace auscult::http {

/// Adds what keeps browsers from doing more with an answer than it is meant for, as far as the
/// answer does not say otherwise: no guessing of types, no pages within pages, nothing loaded by an
/// answer that is no page, no use by other origins. The answers to /upload_audio stay as they are:
/// no browser asks for them, and devices have little room. With `https_only`, Strict-Transport-
/// Security for a year: only where no port speaks plain HTTP.
void add_security_headers(Response& response, std::string_view path, bool https_only);

}  // namespace auscult::http
