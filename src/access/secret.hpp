#pragma once

#include <optional>
#include <string>
#include <string_view>

/// API keys as text: `ausc_<id>_<secret>`, 12 and 64 hexadecimal digits. The id is no secret: it
/// stands in lists and in the audit log. The secret has 256 bits from the operating system, so one
/// pass of SHA-256 is enough to keep it by: slow hashes are for what people think of, and would
/// only make each request slow. docs/decisions/0017.
namespace auscult::access {

inline constexpr std::size_t kKeyIdDigits = 12;
inline constexpr std::size_t kSecretDigits = 64;

/// A new key; its text is shown once and kept nowhere.
struct NewKey {
  std::string id;
  std::string text;
  std::string secret_sha256;
};

NewKey make_key();
/// The same id with another secret.
NewKey make_key(const std::string& id);

/// The parts of a key's text.
struct KeyParts {
  std::string_view id;
  std::string_view secret;
};

/// Empty if `text` has not the form of a key. The parts lie within it.
std::optional<KeyParts> parse_key(std::string_view text);

/// Whether `text` begins as a key does.
bool looks_like_key(std::string_view text);

/// 256 random bits as 64 hexadecimal digits.
std::string random_secret();

/// SHA-256 of a secret's digits, as 64 digits.
std::string hash_secret(std::string_view secret);

/// Compares two hashes in a time that does not tell where they differ.
bool equal_hashes(std::string_view a, std::string_view b);

}  // namespace auscult::access
