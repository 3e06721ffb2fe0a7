#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "service_under_test.hpp"

// What happens when there is too much to do.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Limits, AFullQueueIsSaidAtOnce) {
  ServiceUnderTest service({.server = {}, .workers = 1, .queue = 1});
  BusyWorker busy(service.workers());
  ASSERT_TRUE(service.workers().try_submit(
      {.run = [](classify::Workspace&) {}, .refuse = [](const Error&) {}}));
  const Reply refused = service.exchange(request("POST", "/v1/recordings", heart_sounds()));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  EXPECT_EQ(refused.headers.at("content-type"), "application/problem+json");
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"unavailable\""));
  busy.release();
}

TEST(Limits, HistoryIsAnsweredWhileEveryWorkerIsBusy) {
  ServiceUnderTest service;
  BusyWorker busy(service.workers());
  EXPECT_EQ(service.exchange(request("GET", "/v1/recordings")).status, 200);
  EXPECT_EQ(service.exchange(request("GET", "/readyz")).status, 200);
}

TEST(Limits, AnUploadThatWaitsTooLongIsToldSoAndNotStored) {
  Configuration configuration;
  configuration.server.work_timeout = 50ms;
  ServiceUnderTest service(configuration);
  BusyWorker busy(service.workers());
  const Reply reply = service.exchange(request("POST", "/upload_audio", heart_sounds()));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.count("retry-after"), 1U);
  busy.release();
  service.stop();
  service.join();
  EXPECT_FALSE(service.recordings().latest(std::nullopt));
}

TEST(Limits, AConnectionTooManyIsToldSo) {
  Configuration configuration;
  configuration.server.max_connections = 1;
  ServiceUnderTest service(configuration);
  Client first = service.connect();
  EXPECT_EQ(first.exchange(request("GET", "/healthz")).status, 200);
  Client second = service.connect();
  const Reply refused = second.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  EXPECT_EQ(refused.headers.at("connection"), "close");
  EXPECT_EQ(first.exchange(request("GET", "/healthz")).status, 200);
}

TEST(Limits, ASilentConnectionEnds) {
  Configuration configuration;
  configuration.server.idle_timeout = 20ms;
  ServiceUnderTest service(configuration);
  EXPECT_EQ(service.connect().receive_all(), "");
  Client kept = service.connect();
  EXPECT_EQ(kept.exchange(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(kept.receive_all(), "");
}

TEST(Limits, UploadsAtTheSameTimeAreAllAnswered) {
  Configuration configuration;
  configuration.server.io_threads = 2;
  configuration.workers = 2;
  configuration.queue = 64;
  ServiceUnderTest service(configuration);
  std::deque<Client> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back(service.port()).send(request("POST", "/upload_audio", heart_sounds(1)));
  }
  for (Client& client : clients) EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(service.recordings().list({})->recordings.size(), 16U);
}

}  // namespace
}  // namespace auscult::api_test
