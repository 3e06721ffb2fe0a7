#pragma once

#include <string_view>

#include "auscult/result.hpp"
#include "http/upload.hpp"

namespace auscult::http {

struct Hello {
  UploadParameters parameters;
  std::string key;  ///< An API key, where the request could not bring one; empty if there is none.
};

/// Reads the first message of a live stream: {"sample_rate": 16000, "channels": 1, "format": "s16",
/// "byte_order": "little", "gain": 10, "device": "...", "key": null}, each as in an upload's query
/// and each missing or null where it says nothing. `key` is text; there are no keys yet, and any is
/// taken. Fails with invalid_argument on anything else, naming it.
Result<Hello> parse_hello(std::string_view text);

}  // namespace auscult::http
