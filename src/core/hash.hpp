#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace auscult {

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits (FIPS 180-4). Any thread.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace auscult
