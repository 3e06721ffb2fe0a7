// Requests that are sent again: by a key, and by devices that know no such thing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "json/json.hpp"
#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;

Configuration with_window(std::chrono::milliseconds window = std::chrono::minutes(1)) {
  Configuration configuration;
  configuration.service.retry_window = window;
  configuration.workers = 2;
  return configuration;
}

std::size_t count_of(const ServiceUnderTest& service) {
  const Reply reply = service.exchange(request("GET", "/v1/recordings?limit=500"));
  return Json::parse(reply.body).at("recordings").size();
}

bool is_replayed(const Reply& reply) {
  const auto header = reply.headers.find("idempotency-replayed");
  return header != reply.headers.end() && header->second == "true";
}

std::string key(const std::string& value) { return "Idempotency-Key: " + value + "\r\n"; }

TEST(Retries, AKeyGivesTheStoredAnswerAgain) {
  ServiceUnderTest service;
  const std::string post =
      request("POST", "/v1/recordings?device=ward-3", heart_sounds(), key("\"a-1\""));
  const Reply first = service.exchange(post);
  const Reply second = service.exchange(post);
  EXPECT_EQ(first.status, 201);
  EXPECT_FALSE(is_replayed(first));
  EXPECT_EQ(second.status, 201);
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("location"), first.headers.at("location"));
  EXPECT_EQ(count_of(service), 1U);
}

TEST(Retries, AKeyWorksForTheDevicesPathToo) {
  ServiceUnderTest service;
  const std::string post = request("POST", "/upload_audio", heart_sounds(), key("a-1"));
  const Reply first = service.exchange(post);
  const Reply second = service.exchange(post);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(count_of(service), 1U);
}

TEST(Retries, AKeyWithAnotherBodyOrOtherParametersIsRefused) {
  ServiceUnderTest service;
  ASSERT_EQ(service.exchange(request("POST", "/v1/recordings", heart_sounds(), key("a-1"))).status,
            201);
  for (const auto& [query, body] :
       {std::pair("", heart_sounds(2.0)), std::pair("?sample_rate=8000", heart_sounds()),
        std::pair("?gain=2", heart_sounds())}) {
    const Reply reply =
        service.exchange(request("POST", std::string("/v1/recordings") + query, body, key("a-1")));
    EXPECT_EQ(reply.status, 422) << query;
    EXPECT_EQ(Json::parse(reply.body).at("code"), "idempotency_key_reused");
  }
  // Each device has keys of its own: counters of two of them do not meet.
  EXPECT_EQ(
      service.exchange(request("POST", "/v1/recordings?device=other", heart_sounds(), key("a-1")))
          .status,
      201);
  EXPECT_EQ(count_of(service), 2U);
}

TEST(Retries, AnotherKeyIsAnotherRecording) {
  ServiceUnderTest service(with_window());
  const Reply first = service.exchange(request("POST", "/upload_audio", heart_sounds(), key("1")));
  const Reply second = service.exchange(request("POST", "/upload_audio", heart_sounds(), key("2")));
  EXPECT_FALSE(is_replayed(first));
  EXPECT_FALSE(is_replayed(second));
  EXPECT_EQ(count_of(service), 2U);
}

TEST(Retries, AKeyThatIsNoneIsRefused) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(request("POST", "/upload_audio", heart_sounds(), key("\"")));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("Idempotency-Key"));
}

TEST(Retries, AFailureIsNotKeptForTheNextTry) {
  ServiceUnderTest service;
  // An empty recording fails; with the same key the device may try again with sound in it.
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", "", key("a-1"))).status, 400);
  const Reply reply =
      service.exchange(request("POST", "/upload_audio", heart_sounds(), key("a-1")));
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(is_replayed(reply));
}

TEST(Retries, TheSameBytesOfADeviceWithinTheWindowAreOneRecording) {
  ServiceUnderTest service(with_window());
  const std::string post = request("POST", "/upload_audio?device=ward-3", heart_sounds());
  const Reply first = service.exchange(post);
  const Reply second = service.exchange(post);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_FALSE(is_replayed(first));
  EXPECT_TRUE(is_replayed(second));
  EXPECT_EQ(count_of(service), 1U);
}

TEST(Retries, WhatDiffersInAnythingIsAnotherRecording) {
  ServiceUnderTest service(with_window());
  const std::string sound = heart_sounds();
  for (const auto& [target, body] :
       {std::pair("/upload_audio?device=a", sound), std::pair("/upload_audio?device=b", sound),
        std::pair("/upload_audio?device=a&sample_rate=8000", sound),
        std::pair("/upload_audio?device=a&gain=1", sound),
        std::pair("/upload_audio?device=a", heart_sounds(2.0)),
        std::pair("/upload_audio", sound)}) {
    EXPECT_FALSE(is_replayed(service.exchange(request("POST", target, body)))) << target;
  }
  EXPECT_EQ(count_of(service), 6U);
}

TEST(Retries, AfterTheWindowTheSameBytesAreAnotherRecording) {
  ServiceUnderTest service(with_window(std::chrono::milliseconds(1)));
  const std::string post = request("POST", "/upload_audio", heart_sounds());
  ASSERT_EQ(service.exchange(post).status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(is_replayed(service.exchange(post)));
  EXPECT_EQ(count_of(service), 2U);
}

TEST(Retries, WithoutAWindowEveryUploadIsARecording) {
  ServiceUnderTest service;
  const std::string post = request("POST", "/upload_audio?device=ward-3", heart_sounds());
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(is_replayed(service.exchange(post)));
  EXPECT_EQ(count_of(service), 2U);
}

TEST(Retries, TheSameBytesUnderOtherSettingsOfTheDeviceAreAnotherRecording) {
  ServiceUnderTest service(with_window());
  const std::string post = request("POST", "/v1/recordings?device=ward-3", heart_sounds());
  ASSERT_EQ(service.exchange(post).status, 201);
  ASSERT_EQ(
      service.exchange(request("PUT", "/v1/devices/ward-3", R"({"sample_rate": 8000})")).status,
      200);
  const Reply again = service.exchange(post);
  EXPECT_FALSE(is_replayed(again));
  EXPECT_EQ(Json::parse(again.body).at("sample_rate_hz"), 8'000);
}

TEST(Retries, ADeletedRecordingIsNoAnswer) {
  ServiceUnderTest service(with_window());
  const std::string post = request("POST", "/v1/recordings", heart_sounds());
  const std::string id = Json::parse(service.exchange(post).body).at("id");
  ASSERT_EQ(service.exchange(request("DELETE", "/v1/recordings/" + id)).status, 204);
  const Reply again = service.exchange(post);
  EXPECT_EQ(again.status, 201);
  EXPECT_FALSE(is_replayed(again));
  EXPECT_NE(Json::parse(again.body).at("id"), id);
}

TEST(Retries, TheOneThatComesWhileTheFirstIsAtWorkGetsItsAnswer) {
  ServiceUnderTest service(with_window());
  // Both wait in the queue when the workers are let go, and start together.
  const std::string post = request("POST", "/v1/recordings?device=ward-3", heart_sounds(30));
  std::vector<Client> clients;
  {
    const BusyWorker one(service.workers());
    const BusyWorker two(service.workers());
    for (int i = 0; i < 2; ++i) {
      clients.push_back(service.connect());
      ASSERT_TRUE(clients.back().send(post));
    }
    while (service.workers().waiting() < 2) std::this_thread::yield();
  }
  const Reply first = clients[0].receive();
  const Reply second = clients[1].receive();
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(first.body, second.body);
  EXPECT_NE(is_replayed(first), is_replayed(second));
  EXPECT_EQ(count_of(service), 1U);
}

TEST(Retries, EventsTellOfARecordingOnce) {
  ServiceUnderTest service(with_window());
  int told = 0;
  const auto listening = service.recordings().events().subscribe([&told](const auto&) { ++told; });
  ASSERT_TRUE(listening);
  const std::string post = request("POST", "/upload_audio", heart_sounds());
  service.exchange(post);
  service.exchange(post);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace auscult::api_test
