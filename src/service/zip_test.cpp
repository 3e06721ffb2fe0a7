#include "service/zip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace auscult::service {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[static_cast<unsigned>(byte) >> 4U];
    text += kDigits[static_cast<unsigned>(byte) & 15U];
  }
  return text;
}

TEST(Crc32, IsThatOfTheStandardsExample) {
  EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF43926U);
  EXPECT_EQ(crc32({}), 0U);
}

// Written by Python 3.11: ZipFile(b, "w").writestr(ZipInfo("a.txt", (2026, 11, 22, 9, 30, 2)),
// "hi"), but for the system it was made on (03 there) and its file mode (8001 there).
TEST(ZipWriter, WritesWhatPythonWrites) {
  ZipWriter zip;
  zip.add("a.txt", *parse_timestamp("2026-11-22T09:30:02Z"), bytes_of("hi"));
  EXPECT_EQ(hex(std::move(zip).finish()),
            "504b0304140000000000c14b765dac2a93d8020000000200000005000000612e7478746869"
            "504b01021400140000000000c14b765dac2a93d80200000002000000050000000000000000000000"
            "000000000000612e747874504b0506000000000100010033000000250000000000");
}

}  // namespace
}  // namespace auscult::service
