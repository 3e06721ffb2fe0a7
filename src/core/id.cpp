#include "core/id.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace auscult {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

constexpr bool is_dash_position(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

std::string new_id(Timestamp time) {
  std::array<unsigned char, 16> bytes{};
  // Without randomness an id could be guessed: better no service than that.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<unsigned char>(milliseconds >> (8 * (5 - i)));
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x70U);  // version 7
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // variant

  std::string id;
  id.reserve(36);
  for (const unsigned char byte : bytes) {
    if (is_dash_position(id.size())) id += '-';
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 0xFU];
  }
  return id;
}

bool is_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits =
        is_dash_position(i) ? text[i] == '-' : kDigits.find(text[i]) != std::string_view::npos;
    if (!fits) return false;
  }
  return true;
}

}  // namespace auscult
