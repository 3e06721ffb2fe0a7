#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace auscult {

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits (FIPS 180-4). Any thread.
std::string sha256_hex(std::span<const std::byte> bytes);

/// The same of bytes that come piece by piece. One thread at a time.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  /// Of all that has come.
  [[nodiscard]] std::string hex() &&;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace auscult
