#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auscult/result.hpp"

namespace auscult::access {

/// What a key may do. None implies another.
enum class Scope : std::uint8_t {
  upload,  ///< Send recordings.
  read,    ///< Answers, history, devices, tables.
  listen,  ///< Sound, pictures that show it, archives of it.
  admin,   ///< Change or delete what is kept, device settings, the model; metrics.
};

inline constexpr std::array<Scope, 4> kScopes = {Scope::upload, Scope::read, Scope::listen,
                                                 Scope::admin};

std::string_view to_string(Scope scope);

/// A set of scopes.
class Scopes {
 public:
  Scopes() = default;

  /// Reads names with commas or blanks between them, at least one. Fails with invalid_argument on
  /// one that is none.
  static Result<Scopes> parse(std::string_view text);

  void add(Scope scope) { bits_ |= bit(scope); }
  [[nodiscard]] bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }

 private:
  static unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }
  unsigned bits_ = 0;
};

/// "upload read"
std::string to_string(const Scopes& scopes);

/// What a request must be allowed to do.
struct Need {
  std::optional<Scope> scope;  ///< Empty: nothing.
  /// Whether it belongs to the contract of the first devices, which know no keys.
  bool contract = false;
};

}  // namespace auscult::access
