#include "http/upload_session_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/limits.hpp"
#include "http/text.hpp"
#include "http/upload.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using json::Json;

constexpr std::size_t kSha256Bytes = 32;
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<Json> parse_object(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json(Json::object());
  Json value = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) {
    return fail(ErrorCode::invalid_argument, "the body must be a JSON object, or empty");
  }
  return value;
}

/// A member as a parameter's text; empty if it is null.
Result<std::optional<std::string>> text_of(const std::string& name, const Json& value) {
  if (value.is_null()) return std::optional<std::string>();
  if (const auto* text = value.get_ptr<const std::string*>()) return std::optional(*text);
  if (value.is_number() || value.is_boolean()) return std::optional(json::dump(value));
  return fail(ErrorCode::invalid_argument, "\"" + name + "\" must be text or a number");
}

Result<std::string> parse_sha256_hex(std::string_view text) {
  std::string hex(trimmed(text));
  std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (hex.size() != 2 * kSha256Bytes ||
      hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "a SHA-256 has 64 hexadecimal digits");
  }
  return hex;
}

/// 32 bytes in base64 are 43 characters and a `=`.
Result<std::string> hex_of_base64(std::string_view text) {
  constexpr std::size_t kLength = 44;
  const auto wrong =
      fail(ErrorCode::invalid_argument,
           "the sha-256 of Content-Digest must be 32 bytes in base64 between colons");
  if (text.size() != kLength || text.back() != '=') return wrong;
  std::string hex;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text.substr(0, kLength - 1)) {
    const std::size_t value = kBase64.find(letter);
    if (value == std::string_view::npos) return wrong;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    while (count >= 4 && hex.size() < 2 * kSha256Bytes) {
      count -= 4;
      hex += "0123456789abcdef"[(bits >> static_cast<unsigned>(count)) & 0xFU];
    }
  }
  return hex;
}

}  // namespace

Result<service::Upload> parse_session_start(const Query& query,
                                            const boost::beast::http::fields& headers,
                                            std::string_view body, Timestamp received_at) {
  // The body is not the audio, hence its type says nothing of that.
  boost::beast::http::fields others = headers;
  others.erase(boost::beast::http::field::content_type);
  const Result<UploadHead> head = read_upload_head(query, others);
  if (!head) return head.error();
  const Result<Json> object = parse_object(body);
  if (!object) return object.error();
  UploadParameters members;
  for (const auto& [name, value] : object->items()) {
    const Result<std::optional<std::string>> text = text_of(name, value);
    if (!text) return text.error();
    if (!*text) continue;
    const Result<bool> known = set_parameter(members, name, **text);
    if (!known) return known.error();
    if (!*known) {
      return fail(ErrorCode::invalid_argument,
                  "\"" + name +
                      "\" is not known; accepted: device, sample_rate, channels, format, "
                      "sample_width, bits, byte_order, gain, evidence");
    }
  }
  service::Upload upload;
  upload.declared =
      audio::merge(audio::merge(head->query.declared, members.declared), head->headers.declared);
  upload.gain = head->query.gain ? head->query.gain : members.gain;
  for (const auto* source : {&head->query, &std::as_const(members), &head->headers}) {
    if (upload.device.empty()) upload.device = source->device.value_or("");
  }
  upload.with_evidence = head->query.with_evidence.value_or(members.with_evidence.value_or(false));
  upload.received_at = received_at;
  return upload;
}

Result<service::FinishRequest> parse_finish_request(const std::string& session, const Query& query,
                                                    std::string_view body) {
  Result<Json> object = parse_object(body);
  if (!object) return object.error();
  for (const auto& [name, value] : query.parameters()) (*object)[name] = value;

  service::FinishRequest request;
  request.session = session;
  for (const auto& [name, value] : object->items()) {
    const Result<std::optional<std::string>> text = text_of(name, value);
    if (!text) return text.error();
    if (name == "chunks") {
      if (!*text) continue;
      const char* const end = (*text)->data() + (*text)->size();
      int count = 0;
      const auto [stop, error] = std::from_chars((*text)->data(), end, count);
      if (error != std::errc{} || stop != end || count < 1 || count > limits::kMaxChunks) {
        return fail(ErrorCode::invalid_argument, "chunks is '" + (*text)->substr(0, kSha256Bytes) +
                                                     "', but must be a whole number from 1 to " +
                                                     std::to_string(limits::kMaxChunks));
      }
      request.chunks = count;
    } else if (name == "sha256") {
      if (!*text) continue;
      Result<std::string> hex = parse_sha256_hex(**text);
      if (!hex) return hex.error();
      request.sha256 = *std::move(hex);
    } else {
      return fail(ErrorCode::invalid_argument,
                  "\"" + name + "\" is not known; accepted: chunks, sha256");
    }
  }
  return request;
}

Result<int> parse_chunk_number(std::string_view text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size() || number < 0 ||
      std::to_string(number) != text) {
    return fail(ErrorCode::invalid_argument, "a chunk's number is 0, 1, 2, ..., and not \"" +
                                                 std::string(text.substr(0, kSha256Bytes)) + "\"");
  }
  return number;
}

Result<std::optional<std::string>> parse_content_sha256(const boost::beast::http::fields& headers) {
  if (const auto own = headers.find("X-Content-Sha256"); own != headers.end()) {
    Result<std::string> hex = parse_sha256_hex(own->value());
    if (!hex) return hex.error();
    return std::optional(*std::move(hex));
  }
  std::string_view rest = headers["Content-Digest"];
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view member = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(member.find('='), member.size());
    if (!iequals(member.substr(0, equals), "sha-256")) continue;
    const std::string_view value = member.substr(std::min(equals + 1, member.size()));
    if (value.size() < 2 || value.front() != ':' || value.back() != ':')
      return hex_of_base64({}).error();
    Result<std::string> hex = hex_of_base64(value.substr(1, value.size() - 2));
    if (!hex) return hex.error();
    return std::optional(*std::move(hex));
  }
  return std::optional<std::string>();
}

}  // namespace auscult::http
