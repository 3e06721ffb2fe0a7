#include "access/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "core/hash.hpp"

namespace auscult::access {
namespace {

constexpr std::string_view kPrefix = "ausc_";
constexpr std::string_view kDigits = "0123456789abcdef";

std::string random_digits(std::size_t count) {
  std::array<unsigned char, kSecretDigits / 2> bytes{};
  // A secret that could be guessed is worse than no service.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  std::string digits;
  for (std::size_t i = 0; i < count / 2; ++i) {
    digits += kDigits[bytes[i] >> 4U];
    digits += kDigits[bytes[i] & 0xFU];
  }
  return digits;
}

bool are_digits(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

NewKey make_key() { return make_key(random_digits(kKeyIdDigits)); }

NewKey make_key(const std::string& id) {
  const std::string secret = random_secret();
  return {id, std::string(kPrefix) + id + "_" + secret, hash_secret(secret)};
}

std::optional<KeyParts> parse_key(std::string_view text) {
  if (text.size() != kPrefix.size() + kKeyIdDigits + 1 + kSecretDigits) return std::nullopt;
  if (!looks_like_key(text)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const KeyParts parts{text.substr(0, kKeyIdDigits), text.substr(kKeyIdDigits + 1)};
  if (text[kKeyIdDigits] != '_' || !are_digits(parts.id) || !are_digits(parts.secret)) {
    return std::nullopt;
  }
  return parts;
}

bool looks_like_key(std::string_view text) { return text.substr(0, kPrefix.size()) == kPrefix; }

std::string random_secret() { return random_digits(kSecretDigits); }

std::string hash_secret(std::string_view secret) {
  return sha256_hex(std::as_bytes(std::span(secret)));
}

bool equal_hashes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace auscult::access
