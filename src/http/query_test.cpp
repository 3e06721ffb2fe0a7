#include "http/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

TEST(Query, ReadsNamesAndValuesInTheirOrder) {
  const Result<Query> query = Query::parse("sample_rate=8000&device=ward+3&empty=&flag");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->find("sample_rate"), "8000");
  EXPECT_EQ(query->find("device"), "ward 3");
  EXPECT_EQ(query->find("empty"), "");
  EXPECT_EQ(query->find("flag"), "");
  EXPECT_EQ(query->find("gain"), std::nullopt);
}

TEST(Query, DecodesEscapesInNamesAndValues) {
  const Result<Query> query = Query::parse("de%76ice=%C3%A4%26b");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->find("device"), "\u00e4&b");
}

TEST(Query, SkipsEmptyPairs) {
  const Result<Query> query = Query::parse("&&a=1&");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->parameters().size(), 1U);
}

TEST(Query, RejectsABrokenEscape) {
  for (const char* text : {"a=%", "a=%4", "a=%4g", "a=%g4", "%=1", "a=%%20"}) {
    EXPECT_FALSE(Query::parse(text)) << text;
  }
}

TEST(Query, RejectsWhatIsNotPlainText) {
  for (const char* text : {"a=%00", "a=%0d%0a", "a=%7f", "a=%c3", "a=%ed%a0%80", "a=%c0%af"}) {
    EXPECT_FALSE(Query::parse(text)) << text;
  }
}

TEST(Query, RejectsANameGivenTwiceAndNamesIt) {
  const Result<Query> query = Query::parse("gain=1&g%61in=2");
  ASSERT_FALSE(query);
  EXPECT_THAT(query.error().message, testing::HasSubstr("\"gain\""));
}

TEST(Query, RejectsMoreParametersThanAnybodyNeeds) {
  std::string text;
  for (int i = 0; i < 65; ++i) text += "p" + std::to_string(i) + "=1&";
  EXPECT_FALSE(Query::parse(text));
}

TEST(Target, SplitsThePathFromTheQuery) {
  const Result<Target> target = parse_target("/upload_audio?gain=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/upload_audio");
  EXPECT_EQ(target->query.find("gain"), "2");
}

TEST(Target, TakesTheAbsoluteFormOfAProxy) {
  for (const char* text : {"http://host:8000/v1/latest?device=a", "HTTP://h/v1/latest?device=a"}) {
    const Result<Target> target = parse_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target->path, "/v1/latest");
    EXPECT_EQ(target->query.find("device"), "a");
  }
  const Result<Target> bare = parse_target("http://host?device=a");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->path, "/");
  EXPECT_EQ(bare->query.find("device"), "a");
}

TEST(Target, RejectsOtherForms) {
  for (const char* text : {"", "*", "host:443", "upload_audio", "?a=/://x"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

}  // namespace
}  // namespace auscult::http
