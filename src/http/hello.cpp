#include "http/hello.hpp"

#include <string>

#include "json/json.hpp"

namespace auscult::http {

using json::Json;

Result<Hello> parse_hello(std::string_view text) {
  const Json hello = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!hello.is_object()) {
    return fail(ErrorCode::invalid_argument,
                "the first message must be a JSON object such as {\"sample_rate\": 16000}");
  }
  Hello result;
  UploadParameters& parameters = result.parameters;
  for (const auto& [name, value] : hello.items()) {
    if (value.is_null()) continue;
    const auto* text_value = value.get_ptr<const std::string*>();
    if (text_value == nullptr && !value.is_number()) {
      return fail(ErrorCode::invalid_argument, "\"" + name + "\" must be text or a number");
    }
    if (name == "key" && text_value != nullptr) {
      result.key = *text_value;
      continue;
    }
    if (name == "type" && text_value != nullptr && *text_value == "hello") continue;
    const Result<bool> known =
        set_parameter(parameters, name, text_value != nullptr ? *text_value : value.dump());
    if (!known) return known.error();
    if (!*known) return fail(ErrorCode::invalid_argument, "\"" + name + "\" is not known");
  }
  return result;
}

}  // namespace auscult::http
