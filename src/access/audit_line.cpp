#include "access/audit_line.hpp"

#include <nlohmann/json.hpp>
#include <span>

#include "core/hash.hpp"

namespace auscult::access {
namespace {

// Ordered, since the hash comes last.
using Json = nlohmann::ordered_json;

constexpr std::string_view kHashMember = R"(,"hash":")";
constexpr std::size_t kHashDigits = 64;
// Two hundred ids; what comes from outside may be of any length.
constexpr std::size_t kMaxMemberBytes = 8'000;

std::string hash_of(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text))); }

}  // namespace

AuditLine encode_line(const AuditEntry& entry, const storage::AuditHead& head) {
  Json line = {{"line", head.lines + 1}, {"time", format_timestamp(entry.at)}};
  const auto add = [&line](const char* name, const std::string& value) {
    if (!value.empty()) line[name] = value.substr(0, kMaxMemberBytes);
  };
  add("event", entry.event);
  add("who", entry.who);
  add("from", entry.from);
  add("method", entry.method);
  add("route", entry.route);
  add("target", entry.target);
  if (entry.outcome != 0) line["outcome"] = entry.outcome;
  add("detail", entry.detail);
  line["previous"] = head.sha256;
  std::string text = line.dump(-1, ' ', true, Json::error_handler_t::replace);
  text.pop_back();  // The closing brace.
  std::string sha256 = hash_of(text);
  text.append(kHashMember).append(sha256).append("\"}");
  return {std::move(text), std::move(sha256)};
}

std::optional<DecodedLine> decode_line(std::string_view text) {
  const std::size_t tail = kHashMember.size() + kHashDigits + 2;
  if (text.size() <= tail) return std::nullopt;
  const std::string_view content = text.substr(0, text.size() - tail);
  const std::string_view end = text.substr(content.size());
  if (end.substr(0, kHashMember.size()) != kHashMember || end.substr(tail - 2) != "\"}") {
    return std::nullopt;
  }
  const Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!line.is_object()) return std::nullopt;
  const auto text_of = [&line](const char* name) {
    const auto found = line.find(name);
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = line.find("line");
  if (number == line.end() || !number->is_number_integer()) return std::nullopt;
  DecodedLine decoded;
  decoded.number = number->get<std::int64_t>();
  decoded.event = text_of("event");
  decoded.previous = text_of("previous");
  decoded.sha256 = end.substr(kHashMember.size(), kHashDigits);
  decoded.is_sound = hash_of(content) == decoded.sha256;
  return decoded;
}

}  // namespace auscult::access
