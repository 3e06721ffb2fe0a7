#include "http/json_body.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "http/text.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using json::Json;

Error wrong(const std::string& name, const std::string& needed) {
  return fail(ErrorCode::invalid_argument, "\"" + name + "\" must be " + needed + " or null");
}

/// Text fit to be stored and shown, line breaks and tabs among it.
bool is_plain_note(std::string text) {
  for (char& letter : text) {
    if (letter == '\n' || letter == '\r' || letter == '\t') letter = ' ';
  }
  return is_plain_text(text);
}

Status read_text(const std::string& name, const Json& value,
                 std::optional<std::optional<std::string>>& member) {
  member.emplace();
  if (value.is_null()) return Ok{};
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) return wrong(name, "text");
  if (!is_plain_note(*text)) {
    return fail(ErrorCode::invalid_argument, "\"" + name + "\" has a control character");
  }
  if (!text->empty()) *member = *text;
  return Ok{};
}

Status read_integer(const std::string& name, const Json& value, std::optional<int>& member) {
  if (value.is_null()) return Ok{};
  // Beyond int it is out of every bound that is checked later.
  if (!value.is_number_integer() || value > std::numeric_limits<int>::max() ||
      value < std::numeric_limits<int>::min()) {
    return wrong(name, "a whole number");
  }
  member = value.get<int>();
  return Ok{};
}

Result<Json> parse_object(std::string_view body) {
  Json value = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) {
    return fail(ErrorCode::invalid_argument, "the body must be a JSON object");
  }
  return value;
}

Error unknown(const std::string& name, const char* accepted) {
  return fail(ErrorCode::invalid_argument, "\"" + name + "\" is not known; accepted: " + accepted);
}

}  // namespace

Result<storage::ReviewChange> parse_review_change(std::string_view body) {
  const Result<Json> object = parse_object(body);
  if (!object) return object.error();
  storage::ReviewChange change;
  for (const auto& [name, value] : object->items()) {
    if (name != "note" && name != "label") return unknown(name, "note, label");
    const Status read = read_text(name, value, name == "note" ? change.note : change.label);
    if (!read) return read.error();
  }
  return change;
}

Result<DeviceSettings> parse_device_settings(std::string_view body) {
  const Result<Json> object = parse_object(body);
  if (!object) return object.error();
  DeviceSettings settings;
  for (const auto& [name, value] : object->items()) {
    Status read = Ok{};
    if (name == "sample_rate") {
      read = read_integer(name, value, settings.sample_rate_hz);
    } else if (name == "channels") {
      read = read_integer(name, value, settings.channels);
    } else if (name == "format") {
      std::optional<std::optional<std::string>> text;
      read = read_text(name, value, text);
      if (text) settings.format = *text;
    } else if (name == "gain") {
      if (value.is_number()) {
        settings.gain = value.get<double>();
      } else if (!value.is_null()) {
        read = wrong(name, "a number");
      }
    } else {
      return unknown(name, "sample_rate, channels, format, gain");
    }
    if (!read) return read.error();
  }
  return settings;
}

Result<queue::WebhookRequest> parse_webhook(std::string_view body) {
  const Result<Json> object = parse_object(body);
  if (!object) return object.error();
  queue::WebhookRequest request;
  for (const auto& [name, value] : object->items()) {
    if (name == "min_confidence") {
      if (value.is_number()) {
        request.min_confidence = value.get<double>();
      } else if (!value.is_null()) {
        return wrong(name, "a number");
      }
      continue;
    }
    std::optional<std::optional<std::string>> text;
    if (const Status read = read_text(name, value, text); !read) return read.error();
    if (name == "url") {
      request.url = text->value_or("");
    } else if (name == "secret") {
      request.secret = *text;
    } else if (name == "device") {
      request.device = *text;
    } else if (name == "class") {
      request.class_name = *text;
    } else if (name == "quality") {
      if (*text && **text != "good" && **text != "poor") return wrong(name, "good, poor");
      if (*text) {
        request.quality = **text == "good" ? Quality::Verdict::good : Quality::Verdict::poor;
      }
    } else {
      return unknown(name, "url, secret, device, class, min_confidence, quality");
    }
  }
  return request;
}

}  // namespace auscult::http
