#include "http/list_query.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/limits.hpp"

namespace auscult::http {
namespace {

template <typename Names>
std::string list_of(const Names& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

template <typename Number>
bool read_number(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

Result<std::optional<Timestamp>> find_time(const Query& query, std::string_view name) {
  const std::optional<std::string> text = find_filled(query, name);
  if (!text) return std::optional<Timestamp>{};
  const Result<Timestamp> time = parse_timestamp(*text);
  if (!time) return fail(time.error().code, std::string(name) + ": " + time.error().message);
  return std::optional(*time);
}

Status read_min_confidence(const Query& query, storage::ListQuery& list) {
  const std::optional<std::string> text = find_filled(query, "min_confidence");
  if (!text) return Ok{};
  double percent = 0;
  if (!read_number(*text, percent) || !(percent >= 0 && percent <= 100)) {
    return fail(ErrorCode::invalid_argument,
                "min_confidence \"" + *text + "\" is not a number from 0 to 100");
  }
  list.min_confidence = percent;
  return Ok{};
}

Status read_quality(const Query& query, storage::ListQuery& list) {
  const std::optional<std::string> text = find_filled(query, "quality");
  if (!text) return Ok{};
  if (*text != "good" && *text != "poor") {
    return fail(ErrorCode::invalid_argument, "quality \"" + *text + "\" is not good or poor");
  }
  list.quality = *text == "good" ? Quality::Verdict::good : Quality::Verdict::poor;
  return Ok{};
}

}  // namespace

Status check_names(const Query& query, const std::vector<std::string_view>& accepted) {
  for (const auto& [name, value] : query.parameters()) {
    if (std::find(accepted.begin(), accepted.end(), name) == accepted.end()) {
      return fail(ErrorCode::invalid_argument,
                  "unknown parameter \"" + name + "\"; accepted: " + list_of(accepted));
    }
  }
  return Ok{};
}

std::optional<std::string> find_filled(const Query& query, std::string_view name) {
  std::optional<std::string> value = query.find(name);
  return value && value->empty() ? std::nullopt : value;
}

std::vector<std::string_view> filter_names() {
  return {"device", "class", "from", "to", "min_confidence", "quality", "q"};
}

Result<storage::ListQuery> parse_filters(const Query& query,
                                         const std::vector<std::string>& labels) {
  storage::ListQuery list;
  list.device = find_filled(query, "device");
  list.class_name = find_filled(query, "class");
  if (list.class_name &&
      std::find(labels.begin(), labels.end(), *list.class_name) == labels.end()) {
    return fail(ErrorCode::invalid_argument,
                "class \"" + *list.class_name + "\" is none of " + list_of(labels));
  }
  const Result<std::optional<Timestamp>> from = find_time(query, "from");
  if (!from) return from.error();
  const Result<std::optional<Timestamp>> to = find_time(query, "to");
  if (!to) return to.error();
  list.from = *from;
  list.to = *to;
  if (const Status read = read_min_confidence(query, list); !read) return read.error();
  if (const Status read = read_quality(query, list); !read) return read.error();
  list.text = find_filled(query, "q");
  if (list.text && list.text->size() > limits::kMaxSearchBytes) {
    return fail(ErrorCode::invalid_argument,
                "q has more than " + std::to_string(limits::kMaxSearchBytes) + " bytes");
  }
  return list;
}

Result<storage::ListQuery> parse_list_query(const Query& query,
                                            const std::vector<std::string>& labels) {
  std::vector<std::string_view> accepted = filter_names();
  accepted.insert(accepted.end(), {"limit", "cursor"});
  if (const Status names = check_names(query, accepted); !names) return names.error();
  Result<storage::ListQuery> list = parse_filters(query, labels);
  if (!list) return list;
  list->cursor = find_filled(query, "cursor");
  if (const std::optional<std::string> text = find_filled(query, "limit")) {
    if (!read_number(*text, list->limit) || list->limit < 1 || list->limit > limits::kMaxPageSize) {
      return fail(ErrorCode::invalid_argument, "limit \"" + *text +
                                                   "\" is not a number from 1 to " +
                                                   std::to_string(limits::kMaxPageSize));
    }
  }
  return list;
}

}  // namespace auscult::http
