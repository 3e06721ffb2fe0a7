#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "auscult/result.hpp"

namespace auscult::postgres {

/// Where a database is, as a URL: postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE. A
/// value; any thread.
class Address {
 public:
  /// Whether a store's name is meant as such a URL, well-formed or not.
  static bool is_meant(std::string_view text);
  /// Fails with invalid_argument on what libpq does not understand; the error does not have the
  /// text, which may have a password.
  static Result<Address> parse(const std::string& text);

  /// The whole URL, for libpq alone.
  [[nodiscard]] const std::string& secret() const { return secret_; }
  /// Without password and options: for messages and logs.
  [[nodiscard]] const std::string& shown() const { return shown_; }

 private:
  Address(std::string secret, std::string shown)
      : secret_(std::move(secret)), shown_(std::move(shown)) {}

  std::string secret_;
  std::string shown_;
};

/// A store's name as it may be shown: a folder as it is, a URL without password and options.
std::string shown_store(const std::string& name);

}  // namespace auscult::postgres
