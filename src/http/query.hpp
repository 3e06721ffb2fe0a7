#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::http {

/// The parameters of a query, decoded, in their order; each name occurs once.
class Query {
 public:
  /// Reads what stands after the `?`: `name=value` pairs joined by `&`, with %XX and `+` for a
  /// space, as forms and URLSearchParams write them. Fails with invalid_argument on a broken
  /// escape, on text that is not UTF-8 or has control characters, on a name given twice (two
  /// readers would take different ones) and on more than 64 parameters.
  static Result<Query> parse(std::string_view text);

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const {
    return parameters_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// A request target (RFC 9112, section 3.2) in its origin or absolute form.
struct Target {
  std::string path;  ///< Not decoded; starts with `/`.
  Query query;
};

/// Splits a target. Fails with invalid_argument on another form, and as Query::parse() does.
Result<Target> parse_target(std::string_view target);

}  // namespace auscult::http
