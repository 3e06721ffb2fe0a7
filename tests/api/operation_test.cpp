// What tells an operator how the service is doing: metrics, logs, traces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <map>
#include <sstream>
#include <thread>

#include "json/json.hpp"
#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using json::Json;
using testing::AllOf;
using testing::Gt;
using testing::HasSubstr;
using testing::Not;

/// The samples of a text in Prometheus' format, by name and labels as they are written. What is
/// against the format is an expectation that fails.
std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> types;
  std::istringstream lines(text);
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# HELP ", 0) == 0) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_EQ(types.count(family), 0U) << family << " stands twice";
      continue;
    }
    if (line.rfind("# TYPE ", 0) == 0) {
      EXPECT_EQ(line.substr(7, family.size()), family);
      types[family] = line.substr(8 + family.size());
      continue;
    }
    const std::size_t space = line.rfind(' ');
    const std::string key = line.substr(0, space);
    EXPECT_EQ(key.rfind(family, 0), 0U) << line << " stands below " << family;
    EXPECT_TRUE(samples.emplace(key, std::stod(line.substr(space + 1))).second) << line;
  }
  return samples;
}

class Operation : public testing::Test {
 protected:
  Reply scrape() const { return service_.exchange(request("GET", "/metrics")); }
  std::map<std::string, double> samples() const { return samples_of(scrape().body); }

  ServiceUnderTest service_;
};

TEST_F(Operation, AClientThatDoesNotReadHasFewAnswersMadeForIt) {
  Client client = service_.connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += request("GET", "/openapi.json");
  ASSERT_TRUE(client.send(requests));
  const std::string answered =
      R"(auscult_http_requests_total{route="/openapi.json",method="GET",status="200"})";
  double before = -1;
  double now = 0;
  for (; now == 0 || now != before; std::this_thread::sleep_for(std::chrono::milliseconds(200))) {
    before = now;
    now = samples()[answered];
  }
  EXPECT_LE(now, 8);
}

TEST_F(Operation, MetricsCountWhatWasAsked) {
  service_.exchange(request("POST", "/v1/recordings?device=ward-3", heart_sounds()));
  service_.exchange(request("POST", "/upload_audio", ""));
  service_.exchange(request("GET", "/v1/recordings/x"));
  service_.exchange(request("HEAD", "/v1/recordings/y"));
  service_.exchange(request("GET", "/nothing"));
  const Reply reply = scrape();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto samples = samples_of(reply.body);
  const auto requests = [&](const std::string& labels) {
    const auto found = samples.find("auscult_http_requests_total{" + labels + "}");
    return found == samples.end() ? 0 : found->second;
  };
  EXPECT_EQ(requests(R"(route="/v1/recordings",method="POST",status="201")"), 1);
  EXPECT_EQ(requests(R"(route="/upload_audio",method="POST",status="400")"), 1);
  EXPECT_EQ(requests(R"(route="/v1/recordings/{id}",method="GET",status="404")"), 2);
  EXPECT_EQ(requests(R"(route="none",method="other",status="404")"), 1);
  EXPECT_EQ(samples.at("auscult_http_request_duration_seconds_count"
                       R"({route="/v1/recordings",method="POST"})"),
            1);
  EXPECT_EQ(samples.at(R"(auscult_stage_duration_seconds_count{stage="store"})"), 1);
  EXPECT_THAT(samples.at(R"(auscult_stage_duration_seconds_sum{stage="classify"})"), Gt(0));
  EXPECT_THAT(samples.at(R"(auscult_stage_duration_seconds_sum{stage="store"})"), Gt(0));
  const double good = samples.at(R"(auscult_device_quality_total{device="ward-3",quality="good"})");
  const double poor = samples.at(R"(auscult_device_quality_total{device="ward-3",quality="poor"})");
  EXPECT_EQ(good + poor, 1);
  EXPECT_EQ(samples.at("auscult_store_recordings"), 1);
  EXPECT_THAT(samples.at("auscult_store_bytes"), Gt(10'000));
  EXPECT_EQ(samples.at("auscult_store_ready"), 1);
  EXPECT_EQ(samples.at("auscult_workers"), 1);
  EXPECT_EQ(samples.at("auscult_queue_length"), 0);
  EXPECT_EQ(samples.at("auscult_queue_capacity"), 16);
  EXPECT_EQ(samples.at("auscult_memory_used_bytes"), 0);
  EXPECT_THAT(samples.at("process_cpu_seconds_total"), Gt(0));
  EXPECT_THAT(reply.body, HasSubstr("auscult_model_info{name=\"auscult-1\""));
}

TEST_F(Operation, MetricsNeverHoldWhatAClientWrote) {
  service_.exchange(request("GET", "/v1/SoMePaTh?x=SoMeQuErY"));
  service_.exchange(request("BREW", "/v1/recordings"));
  EXPECT_THAT(scrape().body, AllOf(Not(HasSubstr("SoMe")), Not(HasSubstr("BREW"))));
}

TEST_F(Operation, MetricsCountConnections) {
  Client silent = service_.connect();
  // By an answer it is known to be counted.
  silent.exchange(request("GET", "/healthz"));
  EXPECT_EQ(samples().at("auscult_connections"), 2);
}

TEST(OperationLimits, MetricsCountWhatIsRefused) {
  Configuration configuration;
  configuration.queue = 1;
  configuration.server.memory_budget_bytes = 1U << 20U;
  ServiceUnderTest service(configuration);
  service.exchange(request("POST", "/upload_audio", std::string(2U << 20U, 'a')));
  {
    BusyWorker busy(service.workers());
    Client waiting = service.connect();
    waiting.send(request("POST", "/upload_audio", heart_sounds(1)));
    while (service.workers().waiting() == 0) std::this_thread::yield();
    EXPECT_EQ(service.exchange(request("POST", "/upload_audio", heart_sounds(1))).status, 503);
    const auto samples = samples_of(service.exchange(request("GET", "/metrics")).body);
    EXPECT_EQ(samples.at("auscult_queue_length"), 1);
    EXPECT_EQ(samples.at(R"(auscult_refused_total{reason="queue_full"})"), 1);
    EXPECT_EQ(samples.at(R"(auscult_refused_total{reason="memory"})"), 1);
    EXPECT_THAT(samples.at("auscult_memory_used_bytes"), Gt(0));
  }
}

TEST(OperationInput, MetricsCompareWithTheTrainingData) {
  Configuration configuration;
  configuration.load_model = []() -> Result<service::ServingModel> {
    auto classifier = classify::Classifier::load(shipped_model(), {});
    if (!classifier) return classifier.error();
    metrics::FeatureReference rates{metrics::Feature::sample_rate_hz, {8'000}, {0.75, 0.25, 0}};
    return service::ServingModel{*std::move(classifier), "",
                                 std::make_shared<metrics::InputCounts>(std::vector{rates})};
  };
  const ServiceUnderTest service(configuration);
  service.exchange(request("POST", "/upload_audio", heart_sounds()));
  service.exchange(request("POST", "/upload_audio?sample_rate=8000", heart_sounds()));
  const auto samples = samples_of(service.exchange(request("GET", "/metrics")).body);
  const std::string feature = "{feature=\"sample_rate_hz\",bin=";
  EXPECT_EQ(samples.at("auscult_input_recordings_total" + feature + "\"8000\"}"), 1);
  EXPECT_EQ(samples.at("auscult_input_recordings_total" + feature + "\"+Inf\"}"), 1);
  EXPECT_EQ(samples.at("auscult_input_reference_share" + feature + "\"8000\"}"), 0.75);
}

TEST_F(Operation, MetricsTellOfReloads) {
  service_.exchange(request("POST", "/v1/model/reload", ""));  // It has nothing to load.
  EXPECT_EQ(samples().at(R"(auscult_model_reloads_total{outcome="failed"})"), 1);
}

TEST_F(Operation, ATraceGoesOnInTheAnswerButNotInADevices) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string header = "traceparent: 00-" + id + "-00f067aa0ba902b7-01\r\n";
  for (const char* path : {"/v1/recordings", "/healthz", "/nothing", "/ui"}) {
    const Reply reply = service_.exchange(request("GET", path, "", header));
    EXPECT_EQ(reply.headers.at("traceparent"),
              "00-" + id + "-" + reply.headers.at("x-request-id") + "-01")
        << path;
  }
  for (const std::string& sent :
       {request("GET", "/", "", header), request("POST", "/upload_audio", heart_sounds(), header),
        request("POST", "/upload_audio", "", header)}) {
    const Reply reply = service_.exchange(sent);
    EXPECT_EQ(reply.headers.count("traceparent") + reply.headers.count("x-request-id"), 0U);
  }
}

TEST(OperationLogs, AsJsonNameTheRequestAndItsTrace) {
  std::ostringstream written;
  const auto before = spdlog::default_logger();
  const auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(written));
  logger->set_formatter(http::make_json_formatter());
  spdlog::set_default_logger(logger);
  Reply reply;
  {
    Configuration configuration;
    configuration.server.log_format = http::LogFormat::json;
    const ServiceUnderTest service(configuration);
    reply = service.exchange(request("GET", "/v1/recordings/a%22b?token=SeCrEt"));
  }
  spdlog::set_default_logger(before);
  EXPECT_THAT(written.str(), Not(HasSubstr("SeCrEt")));
  std::istringstream lines(written.str());
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json object = Json::parse(line);
    if (object.at("message") != "request") continue;
    ++found;
    EXPECT_EQ(object.at("request_id"), reply.headers.at("x-request-id"));
    EXPECT_EQ(object.at("trace_id"), reply.headers.at("traceparent").substr(3, 32));
    EXPECT_EQ(object.at("route"), "/v1/recordings/{id}");
    EXPECT_EQ(object.at("status"), 404);
  }
  EXPECT_EQ(found, 1);
}

TEST(OperationAlive, IsToldWhileRequestsCanBeServed) {
  Configuration configuration;
  auto told = std::make_shared<std::atomic<int>>(0);
  configuration.server.purge_interval = std::chrono::milliseconds(1);
  configuration.server.alive = [told] { ++*told; };
  const ServiceUnderTest service(configuration);
  while (*told < 3) std::this_thread::yield();
}

}  // namespace
}  // namespace auscult::api_test
