#include "http/query.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <cstddef>

#include "http/text.hpp"

namespace auscult::http {
namespace {

// Ours has eleven; a query of thousands is an attack on the search for doubles.
constexpr std::size_t kMaxParameters = 64;

Result<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  Result<std::string> decoded = percent_decode(spaced);
  if (!decoded) return decoded.error();
  if (!is_plain_text(*decoded)) {
    return fail(ErrorCode::invalid_argument,
                "the query has a control character or is not UTF-8: \"" + std::string(text) + "\"");
  }
  return decoded;
}

}  // namespace

Result<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;

    const std::size_t equals = std::min(pair.find('='), pair.size());
    Result<std::string> name = decode_form(pair.substr(0, equals));
    if (!name) return name.error();
    Result<std::string> value = decode_form(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return value.error();

    if (query.find(*name)) {
      return fail(ErrorCode::invalid_argument, "\"" + *name + "\" is given twice");
    }
    if (query.parameters_.size() == kMaxParameters) {
      return fail(ErrorCode::invalid_argument, "the query has more than 64 parameters");
    }
    query.parameters_.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

std::optional<std::string> Query::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Target> parse_target(std::string_view target) {
  // A proxy may send the absolute form; its authority means nothing here.
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?")) {
    const std::string_view name = target.substr(0, scheme);
    if (!boost::beast::iequals(name, "http") && !boost::beast::iequals(name, "https")) {
      return fail(ErrorCode::invalid_argument,
                  "the request target is no http address: \"" + std::string(target) + "\"");
    }
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    if (target.empty() || target.front() == '?') {
      Result<Query> query = Query::parse(target.empty() ? target : target.substr(1));
      if (!query) return query.error();
      return Target{"/", *std::move(query)};
    }
  }
  if (target.empty() || target.front() != '/') {
    return fail(ErrorCode::invalid_argument,
                "the request target must be a path: \"" + std::string(target) + "\"");
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  Result<Query> query = Query::parse(target.substr(std::min(mark + 1, target.size())));
  if (!query) return query.error();
  return Target{std::string(target.substr(0, mark)), *std::move(query)};
}

}  // namespace auscult::http
