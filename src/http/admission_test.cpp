#include "http/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace auscult::http {
namespace {

using boost::beast::http::verb;
using testing::Contains;
using testing::Pair;

using Fields = std::initializer_list<std::pair<const char*, const char*>>;

RequestHeader header_of(verb method, const char* target, Fields fields, unsigned version = 11) {
  RequestHeader header;
  header.method(method);
  header.target(target);
  header.version(version);
  for (const auto& [name, value] : fields) header.insert(name, value);
  return header;
}

int framing_status(Fields fields, unsigned version = 11) {
  const auto problem = check_framing(header_of(verb::post, "/upload_audio", fields, version));
  return problem ? problem->status : 200;
}

Response refusal_of(const RequestHeader& header) {
  const auto admitted = admit(header);
  EXPECT_TRUE(std::holds_alternative<Response>(admitted));
  return std::get<Response>(admitted);
}

TEST(CheckFraming, PassesWhatIsPlain) {
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Content-Length", "5"}}), 200);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Transfer-Encoding", "Chunked"}}), 200);
  EXPECT_EQ(framing_status({{"Content-Length", "5"}}, 10), 200);
}

TEST(CheckFraming, RejectsTwoWaysToTellTheLength) {
  EXPECT_EQ(
      framing_status({{"Host", "h"}, {"Content-Length", "5"}, {"Transfer-Encoding", "identity"}}),
      400);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Content-Length", "5"}, {"Content-Length", "5"}}), 400);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Content-Length", "5, 5"}}), 400);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Content-Length", "+5"}}), 400);
}

TEST(CheckFraming, RejectsCodingsWhoseEndItCannotTell) {
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Transfer-Encoding", "gzip"}}), 501);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Transfer-Encoding", "gzip, chunked"}}), 501);
  EXPECT_EQ(framing_status({{"Host", "h"}, {"Transfer-Encoding", "chunked, identity"}}), 501);
  EXPECT_EQ(
      framing_status(
          {{"Host", "h"}, {"Transfer-Encoding", "identity"}, {"Transfer-Encoding", "chunked"}}),
      501);
  EXPECT_EQ(framing_status({{"Transfer-Encoding", "chunked"}}, 10), 400);
}

TEST(CheckFraming, TakesNoHostButNotTwo) {
  EXPECT_EQ(framing_status({}), 200);
  EXPECT_EQ(framing_status({}, 10), 200);
  EXPECT_EQ(framing_status({{"Host", "a"}, {"Host", "b"}}), 400);
}

TEST(Admit, KeepsWhatTheHeaderSaysOfAnUpload) {
  const auto admitted =
      admit(header_of(verb::post, "/upload_audio?gain=2", {{"Expect", "100-Continue"}}));
  const auto* admission = std::get_if<Admission>(&admitted);
  ASSERT_NE(admission, nullptr);
  EXPECT_EQ(admission->upload.query.gain, 2.0);
  EXPECT_TRUE(admission->expects_continue);
}

TEST(Admit, IgnoresExpectInHttp10) {
  const auto admitted = admit(header_of(verb::post, "/upload_audio", {{"Expect", "magic"}}, 10));
  const auto* admission = std::get_if<Admission>(&admitted);
  ASSERT_NE(admission, nullptr);
  EXPECT_FALSE(admission->expects_continue);
}

TEST(Admit, RejectsAnUnknownExpectation) {
  EXPECT_EQ(refusal_of(header_of(verb::post, "/upload_audio", {{"Expect", "magic"}})).status, 417);
}

TEST(Admit, RejectsABadParameterBeforeTheBodyIsAskedFor) {
  const Response refusal = refusal_of(
      header_of(verb::post, "/upload_audio?sample_rate=1", {{"Expect", "100-continue"}}));
  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(refusal.content_type, "text/plain");
}

TEST(Admit, SaysWhichMethodsAPathHas) {
  const Response refusal = refusal_of(header_of(verb::get, "/upload_audio", {}));
  EXPECT_EQ(refusal.status, 405);
  EXPECT_THAT(refusal.headers, Contains(Pair("Allow", "POST, PUT, OPTIONS")));
}

TEST(Admit, AnswersOptions) {
  const Response one = refusal_of(header_of(verb::options, "/v1/model", {}));
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(one.headers, Contains(Pair("Allow", "GET, HEAD, OPTIONS")));
  EXPECT_EQ(refusal_of(header_of(verb::options, "*", {})).status, 200);
  EXPECT_EQ(refusal_of(header_of(verb::options, "/nothing", {})).status, 404);
}

TEST(Admit, AnswersAnUnknownPathInItsStyle) {
  EXPECT_EQ(refusal_of(header_of(verb::get, "/nothing", {})).content_type, "text/plain");
  const Response problem = refusal_of(header_of(verb::get, "/v1/nothing", {}));
  EXPECT_EQ(problem.status, 404);
  EXPECT_EQ(problem.content_type, "application/problem+json");
}

TEST(Admit, RejectsATargetThatIsNoPath) {
  EXPECT_EQ(refusal_of(header_of(verb::get, "*", {})).status, 400);
  EXPECT_EQ(refusal_of(header_of(verb::connect, "host:443", {})).status, 400);
  EXPECT_EQ(refusal_of(header_of(verb::get, "/v1/latest?device=%zz", {})).status, 400);
}

}  // namespace
}  // namespace auscult::http
