#include "http/text.hpp"

#include <gtest/gtest.h>

namespace auscult::http {
namespace {

TEST(PercentDecode, TakesEscapesInEitherCase) { EXPECT_EQ(*percent_decode("a%2fb%2F+"), "a/b/+"); }

TEST(PercentDecode, RejectsAnEscapeThatIsNone) {
  for (const char* text : {"%", "%4", "a%", "%4g", "%g4", "%%41"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
  }
}

TEST(PlainText, TakesUtf8UpToTheLastCodePointAndNoControls) {
  EXPECT_TRUE(is_plain_text("ESP32-\u00e9\u20ac\U0010FFFF"));
  EXPECT_FALSE(is_plain_text("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_plain_text("\xE2\x82"));
  EXPECT_FALSE(is_plain_text("\xC2\x85"));
  EXPECT_FALSE(is_plain_text("a\tb"));
}

TEST(Iequals, IgnoresTheCaseOfLettersOnly) {
  EXPECT_TRUE(iequals("Content-TYPE", "content-type"));
  EXPECT_TRUE(iequals("", ""));
  EXPECT_FALSE(iequals("q", "r"));
  EXPECT_FALSE(iequals("ab", "a"));
  EXPECT_FALSE(iequals("@", "`"));
}

TEST(Trimmed, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace auscult::http
