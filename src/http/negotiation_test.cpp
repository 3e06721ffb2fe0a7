#include "http/negotiation.hpp"

#include <gtest/gtest.h>

namespace auscult::http {
namespace {

TEST(PrefersHtml, IsTrueForBrowsers) {
  EXPECT_TRUE(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_TRUE(prefers_html("text/html"));
  EXPECT_TRUE(prefers_html("application/json;q=0.5, TEXT/*"));
}

TEST(PrefersHtml, IsFalseForDevicesAndScripts) {
  for (const char* accept :
       {"", "*/*", "application/json", "application/json, text/html", "text/html;q=0.9, */*",
        "application/json, text/plain, */*", "text/html;q=0", "text/*;q=1, text/html;q=0.1, */*"}) {
    EXPECT_FALSE(prefers_html(accept)) << accept;
  }
}

TEST(PrefersHtml, IgnoresAnElementWithABrokenWeight) {
  for (const char* accept :
       {"text/html;q=2", "text/html;q=", "text/html;q=0.x", "text/html;q=1x"}) {
    EXPECT_FALSE(prefers_html(accept)) << accept;
  }
}

TEST(AcceptsGzip, OnlyWhereItIsNamedAndNotRefused) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("deflate, GZIP;q=0.5, br"));
  for (const char* refused : {"", "br", "gzip;q=0", "gzip;q=x", "x-gzip", "*"}) {
    EXPECT_FALSE(accepts_gzip(refused)) << refused;
  }
}

TEST(ParseRange, ReadsTheThreeForms) {
  EXPECT_EQ(**parse_range("bytes=0-9", 100), (ByteRange{0, 10}));
  EXPECT_EQ(**parse_range("bytes=90-", 100), (ByteRange{90, 10}));
  EXPECT_EQ(**parse_range("bytes=-5", 100), (ByteRange{95, 5}));
}

TEST(ParseRange, EndsWithTheRepresentation) {
  EXPECT_EQ(**parse_range("bytes=99-500", 100), (ByteRange{99, 1}));
  EXPECT_EQ(**parse_range("bytes=-500", 100), (ByteRange{0, 100}));
  EXPECT_EQ(**parse_range("bytes=0-18446744073709551615", 100), (ByteRange{0, 100}));
}

TEST(ParseRange, FailsOutside) {
  EXPECT_FALSE(parse_range("bytes=100-", 100));
  EXPECT_FALSE(parse_range("bytes=100-200", 100));
  EXPECT_FALSE(parse_range("bytes=-0", 100));
  EXPECT_FALSE(parse_range("bytes=0-", 0));
}

TEST(ParseRange, SendsTheWholeForWhatItDoesNotRead) {
  for (const char* range : {"", "items=0-1", "bytes=0-1,5-6", "bytes=5-2", "bytes=a-b", "bytes=-",
                            "bytes=1", "bytes=0-99999999999999999999"}) {
    const auto parsed = parse_range(range, 100);
    ASSERT_TRUE(parsed) << range;
    EXPECT_EQ(*parsed, std::nullopt) << range;
  }
}

TEST(MatchesEtag, FindsATagInTheList) {
  EXPECT_TRUE(matches_etag("\"a\", W/\"b\"", "\"b\""));
  EXPECT_TRUE(matches_etag("*", "\"b\""));
  EXPECT_FALSE(matches_etag("\"a\"", "\"b\""));
  EXPECT_FALSE(matches_etag("", "\"b\""));
}

}  // namespace
}  // namespace auscult::http
