#include "http/upload_session_request.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using boost::beast::http::fields;
using testing::HasSubstr;

constexpr Timestamp kTime = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

// Of the empty content and of "abc"; FIPS 180-4's example.
constexpr const char* kOfAbcHex =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfAbcBase64 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

Result<service::Upload> start(const std::string& query, const std::string& body,
                              const fields& headers = {}) {
  return parse_session_start(*Query::parse(query), headers, body, kTime);
}

TEST(ParseSessionStart, ReadsQueryBodyAndHeadersInThisOrder) {
  fields headers;
  headers.set("X-Device-Id", "header");
  headers.set("x-audio-channels", "4");
  headers.set("x-audio-sample-rates", "4000");
  headers.set("Content-Type", "audio/L16;rate=48000");
  const Result<service::Upload> upload =
      start("sample_rate=8000",
            R"({"sample_rate": 16000, "channels": 2, "gain": 5, "device": "body"})", headers);
  ASSERT_TRUE(upload) << upload.error().message;
  EXPECT_EQ(upload->declared.sample_rate_hz, 8'000);
  EXPECT_EQ(upload->declared.channels, 2);
  EXPECT_EQ(upload->declared.byte_order, std::nullopt) << "the body's type is not the audio's";
  EXPECT_EQ(upload->gain, 5);
  EXPECT_EQ(upload->device, "body");
  EXPECT_EQ(upload->received_at, kTime);
}

TEST(ParseSessionStart, NeedsNothing) {
  for (const char* body : {"", " \n", "{}", R"({"device": null})"}) {
    const Result<service::Upload> upload = start("", body);
    ASSERT_TRUE(upload) << upload.error().message;
    EXPECT_EQ(upload->declared, audio::Declaration{});
    EXPECT_EQ(upload->device, "");
  }
}

TEST(ParseSessionStart, NamesWhatItDoesNotUnderstand) {
  EXPECT_THAT(start("", R"({"smaple_rate": 8000})").error().message, HasSubstr("smaple_rate"));
  EXPECT_THAT(start("", R"({"channels": 99})").error().message, HasSubstr("99"));
  EXPECT_THAT(start("", R"({"channels": [1]})").error().message, HasSubstr("channels"));
  for (const char* body : {"[]", "1", "{", "\"x\""}) {
    const Result<service::Upload> upload = start("", body);
    ASSERT_FALSE(upload) << body;
    EXPECT_EQ(upload.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ParseFinishRequest, ReadsCountAndDigestFromBodyOrQuery) {
  const std::string hex(kOfAbcHex);
  for (const auto& [query, body] :
       {std::pair("chunks=3&sha256=" + hex, std::string()),
        std::pair(std::string(), R"({"chunks": 3, "sha256": ")" + hex + "\"}")}) {
    const auto request = parse_finish_request("id", *Query::parse(query), body);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->session, "id");
    EXPECT_EQ(request->chunks, 3);
    EXPECT_EQ(request->sha256, hex);
  }
  const auto nothing = parse_finish_request("id", {}, "");
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->chunks, std::nullopt);
  EXPECT_EQ(nothing->sha256, std::nullopt);
}

TEST(ParseFinishRequest, RefusesWhatMakesNoSense) {
  for (const char* body :
       {R"({"chunks": 0})", R"({"chunks": 1.5})", R"({"chunks": 99999})", R"({"chunks": "x"})",
        R"({"sha256": "abc"})", R"({"sha256": 1})", R"({"chunk": 1})", "[]"}) {
    const auto request = parse_finish_request("id", {}, body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ParseChunkNumber, TakesWholeNumbersInTheirOneForm) {
  EXPECT_EQ(*parse_chunk_number("0"), 0);
  EXPECT_EQ(*parse_chunk_number("9999"), 9'999);
  for (const char* text : {"", "-1", "+1", "01", "1.0", "1 ", "x", "99999999999"}) {
    EXPECT_FALSE(parse_chunk_number(text)) << text;
  }
}

TEST(ParseContentSha256, ReadsEitherHeader) {
  fields none;
  EXPECT_EQ(*parse_content_sha256(none), std::nullopt);
  fields own;
  own.set("X-Content-Sha256", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
  EXPECT_EQ(*parse_content_sha256(own), kOfAbcHex);
  fields standard;
  standard.set("Content-Digest",
               std::string("sha-512=:AAAA:, SHA-256=:") + kOfAbcBase64 + ":, id=:x:");
  EXPECT_EQ(*parse_content_sha256(standard), kOfAbcHex);
  fields other;
  other.set("Content-Digest", "sha-512=:AAAA:");
  EXPECT_EQ(*parse_content_sha256(other), std::nullopt);
}

TEST(ParseContentSha256, RefusesADigestThatIsNone) {
  for (const std::string& value :
       {std::string("sha-256"), std::string("sha-256="), std::string("sha-256=:"),
        std::string("sha-256=::"), std::string("sha-256=:AAAA:"),
        std::string("sha-256=") + kOfAbcBase64, "sha-256=:" + std::string(43, '!') + "=:"}) {
    fields headers;
    headers.set("Content-Digest", value);
    const auto digest = parse_content_sha256(headers);
    ASSERT_FALSE(digest) << value;
    EXPECT_EQ(digest.error().code, ErrorCode::invalid_argument);
  }
  fields headers;
  headers.set("X-Content-Sha256", "abc");
  EXPECT_FALSE(parse_content_sha256(headers));
}

}  // namespace
}  // namespace auscult::http
