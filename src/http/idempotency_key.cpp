#include "http/idempotency_key.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

Error refused(const char* why) {
  return fail(ErrorCode::invalid_argument,
              std::string("the Idempotency-Key ") + why + "; send for instance a UUID");
}

/// What stands between the quotes, in which a backslash goes before another or a quote.
Result<std::string> unquoted(std::string_view text) {
  std::string key;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (i + 1 == text.size()) return key;
      return refused("goes on after its quotes");
    }
    if (text[i] == '\\' && ++i == text.size()) break;
    key += text[i];
  }
  return refused("has no closing quote");
}

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view value) {
  const std::string_view text = trimmed(value);
  if (text.size() > limits::kMaxIdempotencyKeyBytes) return refused("is too long");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return refused("has characters that are not printable ASCII");
  }
  Result<std::string> key =
      text.starts_with('"') ? unquoted(text) : Result<std::string>(std::string(text));
  if (key && key->empty()) return refused("is empty");
  return key;
}

}  // namespace auscult::http
