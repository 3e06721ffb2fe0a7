#include "http/response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"

namespace auscult::http {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Timestamp kSunday = Timestamp(std::chrono::milliseconds(1'795'348'800'000));

TEST(EncodeHead, IsTheStatusLineTheHeaderAndAnEmptyLine) {
  EXPECT_EQ(encode_head(text_response(200, "Normal|Conf: 98%"), {1, true}, kSunday),
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: text/plain\r\n"
            "Content-Length: 16\r\n"
            "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
            "\r\n");
}

TEST(EncodeHead, SaysWhatBecomesOfTheConnection) {
  const Response response = text_response(200, "x");
  EXPECT_THAT(encode_head(response, {1, false}, kSunday), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(encode_head(response, {0, false}, kSunday), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(encode_head(response, {0, true}, kSunday), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(encode_head(response, {0, true}, kSunday), HasSubstr("HTTP/1.0 200 OK\r\n"));
}

TEST(EncodeHead, HasContentLengthWhereAStatusHasContent) {
  Response response;
  EXPECT_THAT(encode_head(response, {}, kSunday), HasSubstr("Content-Length: 0\r\n"));
  for (const int status : {204, 304}) {
    response.status = status;
    EXPECT_THAT(encode_head(response, {}, kSunday), Not(HasSubstr("Content-Length")));
  }
}

TEST(StatusOf, IsFourHundredsForTheCallerAndFiveHundredsForUs) {
  EXPECT_EQ(status_of(ErrorCode::invalid_argument), 400);
  EXPECT_EQ(status_of(ErrorCode::malformed_audio), 400);
  EXPECT_EQ(status_of(ErrorCode::unsupported_format), 415);
  EXPECT_EQ(status_of(ErrorCode::too_large), 413);
  EXPECT_EQ(status_of(ErrorCode::not_found), 404);
  EXPECT_EQ(status_of(ErrorCode::unavailable), 503);
  EXPECT_EQ(status_of(ErrorCode::deadline_exceeded), 503);
  EXPECT_EQ(status_of(ErrorCode::storage_failure), 500);
  EXPECT_EQ(status_of(ErrorCode::unsupported_model), 500);
  EXPECT_EQ(status_of(ErrorCode::internal), 500);
}

TEST(ToProblem, TellsTheBusyClientWhenToComeAgain) {
  const Problem busy = to_problem(fail(ErrorCode::unavailable, "busy"));
  EXPECT_THAT(busy.headers, testing::Contains(testing::Pair("Retry-After", "2")));
  EXPECT_TRUE(to_problem(fail(ErrorCode::internal, "x")).headers.empty());
}

TEST(ToResponse, IsProblemJsonUnderV1) {
  const Response response =
      to_response(to_problem(fail(ErrorCode::not_found, "no \"x\"")), "/v1/recordings/x");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(std::get<std::string>(response.content),
            R"({"type":"about:blank","title":"Not Found","status":404,)"
            R"("detail":"no \"x\"","code":"not_found"})");
}

TEST(ToResponse, IsOneLineOfTextElsewhere) {
  for (const char* path : {"", "/", "/upload_audio", "/v10", "/healthz"}) {
    const Response response =
        to_response(to_problem(fail(ErrorCode::invalid_argument, "two\r\nlines")), path);
    EXPECT_EQ(response.content_type, "text/plain");
    EXPECT_EQ(std::get<std::string>(response.content), "two  lines");
  }
}

TEST(ToResponse, MakesJsonOfADetailThatQuotesForeignBytes) {
  const Response response =
      to_response(to_problem(fail(ErrorCode::invalid_argument, "value \"\xFF\"")), "/v1/latest");
  EXPECT_TRUE(json::Json::accept(std::get<std::string>(response.content)));
}

}  // namespace
}  // namespace auscult::http
