#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHeader = "POST /upload_audio HTTP/1.1\r\nHost: test\r\n";

/// Sends the header and half of the body, and returns when the server has read the header.
void begin_upload(Client& client, const std::string& pcm) {
  client.send(std::string(kHeader) +
              "Expect: 100-continue\r\nContent-Length: " + std::to_string(pcm.size()) + "\r\n\r\n");
  ASSERT_EQ(client.receive().status, 100);
  client.send(pcm.substr(0, pcm.size() / 2));
}

TEST(Shutdown, AnUploadUnderWayIsFinishedAndStored) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds();
  Client client = service.connect();
  begin_upload(client, pcm);
  service.stop();
  const Reply reply = client.exchange(pcm.substr(pcm.size() / 2));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  service.join();
  EXPECT_TRUE(service.recordings().latest(std::nullopt));
}

TEST(Shutdown, AnUploadThatWaitsForAWorkerIsFinishedAndStored) {
  ServiceUnderTest service;
  BusyWorker busy(service.workers());
  const std::string pcm = heart_sounds();
  Client client = service.connect();
  begin_upload(client, pcm);
  client.send(pcm.substr(pcm.size() / 2));
  service.stop();
  busy.release();
  EXPECT_EQ(client.receive().status, 200);
  service.join();
  EXPECT_TRUE(service.recordings().latest(std::nullopt));
}

TEST(Shutdown, IdleConnectionsEndAndNewOnesAreNotTaken) {
  ServiceUnderTest service;
  const std::uint16_t port = service.port();
  Client idle = service.connect();
  EXPECT_EQ(idle.exchange(request("GET", "/healthz")).status, 200);
  service.stop();
  EXPECT_EQ(idle.receive_all(), "");
  service.join();
  EXPECT_THROW(Client{port}, boost::system::system_error);
}

TEST(Shutdown, AStuckUploadIsCutOffAtTheDeadline) {
  Configuration configuration;
  configuration.server.shutdown_timeout = 50ms;
  ServiceUnderTest service(configuration);
  Client stuck = service.connect();
  begin_upload(stuck, heart_sounds());
  service.stop();
  service.join();
  EXPECT_FALSE(service.recordings().latest(std::nullopt));
}

TEST(Shutdown, MayBeAskedForBeforeAndTwice) {
  ServiceUnderTest service;
  service.stop();
  service.stop();
  service.join();
  service.stop();
}

}  // namespace
}  // namespace auscult::api_test
