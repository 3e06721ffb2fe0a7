#include "http/negotiation.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "http/text.hpp"

namespace auscult::http {
namespace {

/// Takes the text up to `separator` off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// The weight of one element, in thousandths; empty if it is malformed.
std::optional<int> weight(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = take(parameters, ';');
    if (!iequals(take(value, '='), "q")) continue;
    if (value.empty() || value.size() > 5 || (value[0] != '0' && value[0] != '1') ||
        (value.size() > 1 && value[1] != '.')) {
      return std::nullopt;
    }
    int thousandths = (value[0] - '0') * 1000;
    int scale = 100;
    for (const char digit : value.substr(std::min<std::size_t>(2, value.size()))) {
      if (digit < '0' || digit > '9') return std::nullopt;
      thousandths += (digit - '0') * scale;
      scale /= 10;
    }
    return std::min(thousandths, 1000);
  }
  return 1000;
}

/// The weight of `type`/`subtype`: that of the most specific element that covers it, 0 if none.
int weight_of(std::string_view accept, const std::string& type, const std::string& subtype) {
  const std::string exactly = type + "/" + subtype;
  const std::string any_subtype = type + "/*";
  int best_specificity = 0;
  int best_weight = 0;
  while (!accept.empty()) {
    std::string_view parameters = take(accept, ',');
    const std::string_view range = take(parameters, ';');
    const int specificity = iequals(range, exactly)       ? 3
                            : iequals(range, any_subtype) ? 2
                            : range == "*/*"              ? 1
                                                          : 0;
    const std::optional<int> weighed = weight(parameters);
    if (weighed && specificity > best_specificity) {
      best_specificity = specificity;
      best_weight = *weighed;
    }
  }
  return best_weight;
}

std::optional<std::uint64_t> parse_position(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    std::string_view parameters = take(accept_encoding, ',');
    if (iequals(take(parameters, ';'), "gzip")) return weight(parameters).value_or(0) > 0;
  }
  return false;
}

bool prefers_html(std::string_view accept) {
  return weight_of(accept, "text", "html") > weight_of(accept, "application", "json");
}

Result<std::optional<ByteRange>> parse_range(std::string_view range, std::size_t size) {
  const std::optional<ByteRange> whole;
  if (!iequals(take(range, '='), "bytes") || range.find(',') != std::string_view::npos) {
    return whole;
  }
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view first_text = trimmed(range.substr(0, dash));
  const std::string_view last_text = trimmed(range.substr(dash + 1));
  const std::optional<std::uint64_t> first = parse_position(first_text);
  const std::optional<std::uint64_t> last = parse_position(last_text);
  const Error outside = fail(ErrorCode::invalid_argument,
                             "the range lies outside of the " + std::to_string(size) + " bytes");

  if (first_text.empty()) {  // The last so many bytes.
    if (!last) return whole;
    if (*last == 0 || size == 0) return outside;
    const std::size_t length = std::min<std::uint64_t>(*last, size);
    return std::optional(ByteRange{size - length, length});
  }
  if (!first || (!last_text.empty() && (!last || *last < *first))) return whole;
  if (*first >= size) return outside;
  const std::size_t end = last ? std::min<std::uint64_t>(*last, size - 1) + 1 : size;
  return std::optional(ByteRange{*first, end - *first});
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view tag = take(if_none_match, ',');
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);  // The comparison is weak.
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

}  // namespace auscult::http
