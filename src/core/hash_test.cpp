#include "core/hash.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace auscult {
namespace {

// The two examples of FIPS 180-4 (SHA-256 of the empty message and of "abc").
TEST(Sha256Hex, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(std::string_view("abc")))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsThatOfThePiecesTogether) {
  const std::string_view text = "what comes piece by piece";
  const auto bytes = std::as_bytes(std::span(text));
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, text.size()}) {
    Sha256 hash;
    hash.update(bytes.first(cut));
    hash.update(bytes.subspan(cut));
    EXPECT_EQ(std::move(hash).hex(), sha256_hex(bytes));
  }
  EXPECT_EQ(Sha256().hex(), sha256_hex({}));
}

}  // namespace
}  // namespace auscult
