#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <thread>

#include "audio/sound_file.hpp"
#include "service_under_test.hpp"

// Who is turned away when there is too much, and that what nobody waits for is not done.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Silence as FLAC: a few bytes a second.
std::string silent_flac(double duration_s, int rate_hz = 16'000) {
  const std::vector<std::int32_t> words(static_cast<std::size_t>(duration_s * rate_hz));
  const auto flac = audio::encode_sound({SF_FORMAT_FLAC | SF_FORMAT_PCM_16, rate_hz, 1}, words);
  return {reinterpret_cast<const char*>(flac->data()), flac->size()};
}

void await_waiting(ServiceUnderTest& service, std::size_t jobs) {
  for (int i = 0; i < 3'000 && service.workers().waiting() != jobs; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_EQ(service.workers().waiting(), jobs);
}

TEST(Connections, FromOneAddressAreBoundedAndOthersStillServed) {
  Configuration configuration;
  configuration.server.max_connections_per_address = 2;
  ServiceUnderTest service(configuration);
  Client first = service.connect();
  Client second = service.connect();
  EXPECT_EQ(first.exchange(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(second.exchange(request("GET", "/healthz")).status, 200);
  Client third = service.connect();
  const Reply refused = third.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  EXPECT_THAT(refused.body, HasSubstr("from your address"));
  Client other(service.port(), "127.0.0.2");
  EXPECT_EQ(other.exchange(request("GET", "/healthz")).status, 200);
}

TEST(Connections, OfATrustedProxyAreBoundedOnlyInAll) {
  Configuration configuration;
  configuration.server.max_connections_per_address = 1;
  configuration.server.max_connections = 2;
  configuration.server.trusted_proxies = {"127.0.0.0/8"};
  ServiceUnderTest service(configuration);
  Client first = service.connect();
  Client second = service.connect();
  EXPECT_EQ(first.exchange(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(second.exchange(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(service.connect().receive().status, 503);
}

TEST(Connections, ThatHaveGoneMakeRoomForOthers) {
  Configuration configuration;
  configuration.server.max_connections_per_address = 1;
  ServiceUnderTest service(configuration);
  const auto asked = [&] {
    Client client = service.connect();
    client.send(request("GET", "/healthz", "", "Connection: close\r\n"));
    return client.receive_all();
  };
  for (int i = 0; i < 5; ++i) {
    std::string answer = asked();
    // The server has closed the one before, but may not have counted that yet.
    for (int tries = 0; tries < 200 && answer.find("200 OK") == std::string::npos; ++tries) {
      std::this_thread::sleep_for(50ms);
      answer = asked();
    }
    EXPECT_THAT(answer, HasSubstr("200 OK"));
  }
}

TEST(Connections, EndAfterTheirNumberOfRequests) {
  Configuration configuration;
  configuration.server.max_requests_per_connection = 3;
  ServiceUnderTest service(configuration);
  Client client = service.connect();
  for (int i = 0; i < 2; ++i) {
    EXPECT_NE(client.exchange(request("GET", "/healthz")).headers["connection"], "close");
  }
  EXPECT_EQ(client.exchange(request("GET", "/healthz")).headers["connection"], "close");
  EXPECT_EQ(client.receive_all(), "");
}

TEST(Create, RefusesAProxyThatIsNoNetwork) {
  Configuration configuration;
  configuration.server.trusted_proxies = {"10.0.0.0/8", "balancer"};
  EXPECT_THROW(ServiceUnderTest{configuration}, std::runtime_error);
}

TEST(Waiting, AnUploadWhoseClientHasResetTheConnectionIsNotComputed) {
  ServiceUnderTest service;
  BusyWorker busy(service.workers());
  Client client = service.connect();
  client.send(request("POST", "/upload_audio", heart_sounds()));
  await_waiting(service, 1);
  client.reset();
  // The server learns of it on its own thread; an answer on another connection comes after that.
  EXPECT_EQ(service.exchange(request("GET", "/healthz")).status, 200);
  busy.release();
  await_waiting(service, 0);
  service.stop();
  service.join();
  EXPECT_FALSE(service.recordings().latest(std::nullopt));
}

TEST(Waiting, AnUploadWhoseClientSendsNoMoreIsAnsweredAndStored) {
  ServiceUnderTest service;
  BusyWorker busy(service.workers());
  Client client = service.connect();
  client.send(request("POST", "/upload_audio", heart_sounds()));
  client.end_sending();
  await_waiting(service, 1);
  busy.release();
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(service.recordings().latest(std::nullopt));
}

TEST(Waiting, UploadsThatNobodyWaitsForMakeRoomInAFullQueue) {
  ServiceUnderTest service({.server = {}, .workers = 1, .queue = 1});
  BusyWorker busy(service.workers());
  Client gone = service.connect();
  gone.send(request("POST", "/upload_audio", heart_sounds()));
  await_waiting(service, 1);
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", heart_sounds())).status, 503);
  gone.reset();
  EXPECT_EQ(service.exchange(request("GET", "/healthz")).status, 200);
  Client next = service.connect();
  next.send(request("POST", "/upload_audio", heart_sounds()));
  busy.release();
  EXPECT_EQ(next.receive().status, 200);
}

TEST(Memory, ASmallFileThatDecodesToMoreThanThereIsIsTooLarge) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 8U << 20U;
  ServiceUnderTest service(configuration);
  const std::string flac = silent_flac(600);  // 38 MB of samples
  ASSERT_LT(flac.size(), 200'000U);
  const Reply reply = service.exchange(request("POST", "/v1/recordings", flac));
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("bytes of memory"));
  EXPECT_EQ(service.exchange(request("POST", "/v1/recordings", silent_flac(20))).status, 201)
      << "what it had was given back";
}

TEST(Memory, OfSamplesThatOthersHoldIsToBeHadLater) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 8U << 20U;
  ServiceUnderTest service(configuration);
  // Half of the budget lies with a body that is not yet whole.
  const std::string half(4U << 20U, '\0');
  Client slow = service.connect();
  slow.send("POST /upload_audio HTTP/1.1\r\nHost: test\r\nContent-Length: 6000000\r\n\r\n" + half);
  const auto held = [&] {
    const std::string text = service.exchange(request("GET", "/metrics", "")).body;
    const std::string name = "\nauscult_memory_used_bytes ";
    return std::stod(text.substr(text.find(name) + name.size()));
  };
  for (int i = 0; i < 500 && held() < static_cast<double>(half.size()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (const char* path : {"/v1/recordings", "/v1/diagnose"}) {
    const Reply reply = service.exchange(request("POST", path, silent_flac(150)));
    EXPECT_EQ(reply.status, 503) << path << reply.body;
    EXPECT_EQ(reply.headers.count("retry-after"), 1U);
  }
}

TEST(Memory, IsNotNeededForASmallAnswer) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 1;  // As if others held all the rest.
  ServiceUnderTest service(configuration);
  EXPECT_EQ(service.exchange(request("GET", "/v1/recordings", "")).status, 200);
}

TEST(Memory, RefusesNoiseAtOnceWhileSomeIsWorkedOn) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 3U << 20U;
  ServiceUnderTest service(configuration);
  BusyWorker busy(service.workers());
  Client first = service.connect();
  first.send(request("POST", "/upload_audio", heart_sounds(50)));
  await_waiting(service, 1);
  const Reply refused = service.exchange(request("POST", "/upload_audio", heart_sounds(50)));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  busy.release();
  EXPECT_NE(first.receive().status, 0) << "the first is answered all the same";
}

}  // namespace
}  // namespace auscult::api_test
