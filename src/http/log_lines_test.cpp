#include "http/log_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "json/json.hpp"

namespace auscult::http {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::MatchesRegex;

class LogLines : public testing::Test {
 public:
  LogLines() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(written_)));
  }
  ~LogLines() override { spdlog::set_default_logger(before_); }

 protected:
  RequestLine line() const {
    return {.method = "GET",
            .path = path_,
            .route = "/v1/recordings/{id}",
            .status = 404,
            .bytes = 12,
            .duration_ms = 1.5,
            .trace = trace_};
  }

  std::ostringstream written_;
  std::string path_ = "/v1/recordings/a\"b\xff";

 private:
  std::shared_ptr<spdlog::logger> before_;
  Trace trace_ = begin_trace("");
};

TEST_F(LogLines, AreObjectsAsJson) {
  spdlog::default_logger()->set_formatter(make_json_formatter());
  log_request(line(), LogFormat::json);
  spdlog::warn("disk \"{}\"\nis full", "a");
  std::istringstream lines(written_.str());
  std::string first;
  std::string second;
  std::string third;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_FALSE(std::getline(lines, third));

  const Json request = Json::parse(first);
  EXPECT_THAT(std::string(request["time"]), MatchesRegex("2.*T.*Z"));
  EXPECT_EQ(request["level"], "info");
  EXPECT_EQ(request["message"], "request");
  EXPECT_EQ(request["route"], "/v1/recordings/{id}");
  EXPECT_EQ(request["status"], 404);
  EXPECT_EQ(request["duration_ms"], 1.5);
  EXPECT_EQ(std::string(request["request_id"]).size(), 16U);
  EXPECT_EQ(std::string(request["trace_id"]).size(), 32U);
  const Json warning = Json::parse(second);
  EXPECT_EQ(warning["level"], "warning");
  EXPECT_EQ(warning["message"], "disk \"a\"\nis full");
}

TEST_F(LogLines, WithAMessageThatLooksLikeAnObjectHoldItAsText) {
  spdlog::default_logger()->set_formatter(make_json_formatter());
  spdlog::info("{}", R"({"level": "none"})");
  const Json line = Json::parse(written_.str());
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["message"], R"({"level": "none"})");
}

TEST_F(LogLines, CutALongPath) {
  path_ = "/" + std::string(5'000, 'a');
  log_request(line(), LogFormat::text);
  EXPECT_LT(written_.str().size(), 400U);
  EXPECT_THAT(written_.str(), HasSubstr("GET /aaa"));
  EXPECT_THAT(written_.str(), HasSubstr("404 12 B 1.5 ms"));
}

}  // namespace
}  // namespace auscult::http
