#include "access/scope.hpp"

#include <algorithm>

namespace auscult::access {

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::upload:
      return "upload";
    case Scope::read:
      return "read";
    case Scope::listen:
      return "listen";
    case Scope::admin:
      return "admin";
  }
  return "";
}

Result<Scopes> Scopes::parse(std::string_view text) {
  Scopes scopes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    const std::string_view name = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (name.empty()) continue;
    const auto* const found = std::find_if(kScopes.begin(), kScopes.end(),
                                           [&](Scope scope) { return to_string(scope) == name; });
    if (found == kScopes.end()) {
      return fail(ErrorCode::invalid_argument, "\"" + std::string(name) +
                                                   "\" is no scope; these are: upload, read, "
                                                   "listen, admin");
    }
    scopes.add(*found);
  }
  if (scopes.bits_ == 0) return fail(ErrorCode::invalid_argument, "a key needs at least one scope");
  return scopes;
}

std::string to_string(const Scopes& scopes) {
  std::string text;
  for (const Scope scope : kScopes) {
    if (!scopes.has(scope)) continue;
    if (!text.empty()) text += ' ';
    text += to_string(scope);
  }
  return text;
}

}  // namespace auscult::access
