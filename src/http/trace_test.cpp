#include "http/trace.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using testing::IsEmpty;
using testing::MatchesRegex;

std::string given_id() { return "4bf92f3577b34da6a3ce929d0e0e4736"; }
std::string given_header() { return "00-" + given_id() + "-00f067aa0ba902b7-01"; }

TEST(BeginTrace, GoesOnWithTheClientsTraceInASpanOfItsOwn) {
  const Trace trace = begin_trace(given_header());
  EXPECT_EQ(trace.trace_id, given_id());
  EXPECT_EQ(trace.flags, "01");
  EXPECT_NE(trace.request_id, "00f067aa0ba902b7");
  EXPECT_EQ(to_text(trace), "00-" + given_id() + "-" + trace.request_id + "-01");
}

TEST(BeginTrace, ReadsWhatALaterVersionHasInCommon) {
  EXPECT_EQ(begin_trace("cc" + given_header().substr(2)).trace_id, given_id());
  EXPECT_EQ(begin_trace("cc" + given_header().substr(2) + "-more").trace_id, given_id());
}

TEST(BeginTrace, BeginsAnotherWhereTheHeaderIsNone) {
  const std::string upper = "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01";
  const std::string zero = std::string(32, '0');
  for (const std::string& header :
       {std::string(), std::string("00"), upper, given_header() + "-more", given_header() + "0",
        "ff" + given_header().substr(2), "00-" + zero + "-00f067aa0ba902b7-01",
        "00-" + given_id() + "-0000000000000000-01", "00_" + given_header().substr(3),
        given_header().substr(0, 54), "cc" + given_header().substr(2) + "more"}) {
    const Trace trace = begin_trace(header);
    EXPECT_NE(trace.trace_id, given_id()) << header;
    EXPECT_THAT(to_text(trace), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-00"));
    EXPECT_NE(begin_trace(header).trace_id, trace.trace_id);
  }
}

TEST(TraceHeaders, AreOnAllAnswersButADevices) {
  const Trace trace = begin_trace(given_header());
  for (const char* path : {"/", "/upload_audio"}) {
    Response response;
    add_trace_headers(response, path, trace);
    EXPECT_THAT(response.headers, IsEmpty()) << path;
  }
  Response response;
  add_trace_headers(response, "/v1/latest", trace);
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0], std::pair(std::string("X-Request-Id"), trace.request_id));
  EXPECT_EQ(response.headers[1], std::pair(std::string("traceparent"), to_text(trace)));
  Response of_no_request;
  add_trace_headers(of_no_request, "-", {});
  EXPECT_THAT(of_no_request.headers, IsEmpty());
}

}  // namespace
}  // namespace auscult::http
