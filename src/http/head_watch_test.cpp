#include "http/head_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHead = "GET /a?b=c d HTTP/1.1\r\nHost: h\r\nX:\t y\r\n\r\n";

std::string complaint(std::string_view bytes) {
  return std::string(HeadWatch().take(bytes).value_or(""));
}

TEST(HeadWatch, HasNothingAgainstAWholeHead) { EXPECT_EQ(complaint(kHead), ""); }

TEST(HeadWatch, SeesTheSameHoweverTheBytesCome) {
  const std::string folded = "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n";
  HeadWatch whole;
  for (const char byte : kHead) EXPECT_FALSE(whole.take({&byte, 1}));
  HeadWatch watch;
  std::optional<std::string_view> seen;
  for (const char byte : folded) {
    if (!seen) seen = watch.take({&byte, 1});
  }
  EXPECT_EQ(seen, HeadWatch().take(folded));
  EXPECT_TRUE(seen);
}

TEST(HeadWatch, LooksAtNothingAfterTheHead) {
  EXPECT_EQ(complaint(std::string(kHead) + std::string("\n\0\r \n", 5)), "");
}

TEST(HeadWatch, NamesWhatReadersTakeInTwoWays) {
  EXPECT_THAT(complaint("GET / HTTP/1.1\n"), HasSubstr("LF alone"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\nA: b\n"), HasSubstr("LF alone"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\nA: b\rC: d"), HasSubstr("carriage return"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\n\r\r\n"), HasSubstr("carriage return"));
  EXPECT_THAT(complaint(std::string_view("GET / HTTP/1.1\r\nA: \0", 20)), HasSubstr("NUL"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\nA: b\r\n c"), HasSubstr("folded"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\nA: b\r\n\tc"), HasSubstr("folded"));
  EXPECT_THAT(complaint("GET / HTTP/1.1\r\n A: b"), HasSubstr("folded"));
}

TEST(HeadWatch, KnowsARequestLineByItsThreeParts) {
  for (const char* line : {"GET /\r\n", "GET\r\n", "\r\n", "nonsense of three\r\n"}) {
    EXPECT_THAT(complaint(line), HasSubstr("METHOD TARGET HTTP/1.1")) << line;
  }
  EXPECT_EQ(complaint("PRI * HTTP/2.0\r\n\r\n"), "") << "the parser knows the version";
}

}  // namespace
}  // namespace auscult::http
