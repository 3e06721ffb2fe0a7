#include "http/hello.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using testing::HasSubstr;

TEST(ParseHello, ReadsWhatAnUploadMaySay) {
  const auto hello = parse_hello(
      R"({"type": "hello", "sample_rate": 8000, "channels": 2, "format": "s24", "gain": 2.5,
          "device": "ward-3", "key": null})");
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_EQ(hello->parameters.declared.sample_rate_hz, 8'000);
  EXPECT_EQ(hello->parameters.declared.channels, 2);
  EXPECT_EQ(hello->parameters.declared.format, audio::SampleFormat::s24);
  EXPECT_EQ(hello->parameters.gain, 2.5);
  EXPECT_EQ(hello->parameters.device, "ward-3");
}

TEST(ParseHello, MayBringAKey) {
  EXPECT_EQ(parse_hello(R"({"key": "ausc_1"})")->key, "ausc_1");
  EXPECT_EQ(parse_hello("{}")->key, "");
}

TEST(ParseHello, NeedSayNothing) {
  const auto hello = parse_hello("{}");
  ASSERT_TRUE(hello);
  EXPECT_FALSE(hello->parameters.declared.sample_rate_hz);
  EXPECT_FALSE(hello->parameters.device);
}

TEST(ParseHello, NamesWhatItDoesNotTake) {
  for (const auto& [text, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"hello", "JSON object"},
           {R"({"sample_rate": 10})", "10"},
           {R"({"rates": 8000})", "rates"},
           {R"({"device": ["a"]})", "device"},
           {R"({"device": "a b"})", "a b"},
           {R"({"key": 1})", "key"},
           {R"({"type": "bye"})", "type"}}) {
    const auto hello = parse_hello(text);
    ASSERT_FALSE(hello) << text;
    EXPECT_EQ(hello.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(hello.error().message, HasSubstr(part));
  }
}

}  // namespace
}  // namespace auscult::http
