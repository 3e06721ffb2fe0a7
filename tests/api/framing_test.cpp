#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "service_under_test.hpp"

// What the connection does with bytes that are late, too many, malformed or ambiguous.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kHeader = "POST /upload_audio HTTP/1.1\r\nHost: test\r\n";

Configuration small_limits() {
  Configuration configuration;
  configuration.server.max_body_bytes = 100'000;
  configuration.server.max_header_bytes = 2'000;
  return configuration;
}

TEST(Framing, AnUploadOverTheParsersDefaultLimitIsTaken) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds(40);
  ASSERT_GT(pcm.size(), 1U << 20U);
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", pcm)).status, 200);
}

TEST(Framing, ABodyMayBeAsLargeAsTheLimitAndNotOneByteMore) {
  ServiceUnderTest service(small_limits());
  const std::string pcm = heart_sounds(3.125);
  ASSERT_EQ(pcm.size(), 100'000U);
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", pcm)).status, 200);
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", pcm + "x")).status, 413);
}

TEST(Framing, AClientThatIsStillSendingSeesThatTheBodyIsTooLarge) {
  ServiceUnderTest service(small_limits());
  Client client = service.connect();
  std::string message = std::string(kHeader) + "Content-Length: 30000000\r\n\r\n";
  message.resize(message.size() + 30'000'000, 'x');
  EXPECT_TRUE(client.send(message));
  const Reply reply = client.receive();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("100000 bytes"));
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

TEST(Framing, AChunkedBodyStopsAtTheLimit) {
  ServiceUnderTest service(small_limits());
  Client client = service.connect();
  std::string text = std::string(kHeader) + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) text += "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  EXPECT_TRUE(client.send(text));
  EXPECT_EQ(client.receive().status, 413);
}

TEST(Framing, ADeclaredLengthReservesNoMemory) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 1U << 20U;
  ServiceUnderTest service(configuration);
  // Both claim 60 MB, far over what all bodies together may hold, and neither is refused for it.
  Client first = service.connect();
  first.send(std::string(kHeader) + "Content-Length: 60000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(first.receive().status, 100);
  Client second = service.connect();
  second.send(std::string(kHeader) + "Content-Length: 60000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(second.receive().status, 100);
}

TEST(Framing, BodiesThatTogetherAreTooManyAreTurnedAway) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 200'000;
  ServiceUnderTest service(configuration);
  const Reply reply = service.exchange(request("POST", "/upload_audio", heart_sounds(10)));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.count("retry-after"), 1U);
  EXPECT_EQ(
      service.exchange(request("POST", "/upload_audio", heart_sounds(10).substr(0, 16'000))).status,
      200)
      << "the budget was given back";
}

TEST(Framing, ContinueIsSentToWhoAsksForItAndThenTheAnswer) {
  ServiceUnderTest service;
  Client client = service.connect();
  const std::string pcm = heart_sounds();
  client.send(std::string(kHeader) +
              "Expect: 100-continue\r\nContent-Length: " + std::to_string(pcm.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive().head, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.exchange(pcm).status, 200);
}

TEST(Framing, ContinueIsNotSentToWhoDoesNotAsk) {
  ServiceUnderTest service;
  Client client = service.connect();
  client.send(request("POST", "/upload_audio", heart_sounds(), "Connection: close\r\n"));
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Framing, ARefusalTakesThePlaceOfContinue) {
  ServiceUnderTest service(small_limits());
  const std::string expect = "Expect: 100-continue\r\n";
  for (const auto& [text, status] : {
           std::pair(kHeader + expect + "Content-Length: 100001\r\n\r\n", 413),
           std::pair(kHeader + expect + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n", 415),
           std::pair("POST /nothing HTTP/1.1\r\nHost: h\r\n" + expect + "Content-Length: 9\r\n\r\n",
                     404),
           std::pair("POST /upload_audio?channels=99 HTTP/1.1\r\nHost: h\r\n" + expect +
                         "Content-Length: 9\r\n\r\n",
                     400),
           std::pair(std::string(kHeader) + "Expect: magic\r\nContent-Length: 9\r\n\r\n", 417),
       }) {
    const Reply reply = service.exchange(text);
    EXPECT_EQ(reply.status, status) << text;
    EXPECT_EQ(reply.headers.at("connection"), "close") << "the body may come or not";
  }
}

TEST(Framing, AHeaderThatDoesNotEndInTimeIsAnswered) {
  Configuration configuration;
  configuration.server.header_timeout = 50ms;
  ServiceUnderTest service(configuration);
  Client client = service.connect();
  const Reply reply = client.exchange("POST /upload_audio HTTP/1.1\r\nHost: te");
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(client.receive_all(), "") << "and the connection ends";
}

TEST(Framing, AHeaderThatTricklesIsNoBetter) {
  Configuration configuration;
  configuration.server.header_timeout = 200ms;
  ServiceUnderTest service(configuration);
  Client client = service.connect();
  client.send("GET / HTTP/1.1\r\n");
  const auto reply = std::async(std::launch::async, [&client] { return client.receive(); });
  while (reply.wait_for(10ms) != std::future_status::ready) client.send("X-A: b\r\n");
  SUCCEED() << "only the deadline ends this";
}

TEST(Framing, ABodyThatTricklesIsAnswered) {
  Configuration configuration;
  configuration.server.rate_grace = 200ms;
  configuration.server.min_bytes_per_s = 10'000;
  ServiceUnderTest service(configuration);
  Client client = service.connect();
  client.send(std::string(kHeader) + "Content-Length: 100000\r\n\r\n");
  auto reply = std::async(std::launch::async, [&client] { return client.receive(); });
  while (reply.wait_for(10ms) != std::future_status::ready) client.send("x");
  EXPECT_EQ(reply.get().status, 408);
}

TEST(Framing, ABodyThatKeepsItsRateStillEndsAtTheCap) {
  Configuration configuration;
  configuration.server.min_bytes_per_s = 1;
  configuration.server.body_timeout = 200ms;
  ServiceUnderTest service(configuration);
  Client client = service.connect();
  client.send(std::string(kHeader) + "Content-Length: 100000\r\n\r\n");
  auto reply = std::async(std::launch::async, [&client] { return client.receive(); });
  while (reply.wait_for(10ms) != std::future_status::ready) client.send("xxxxxxxx");
  EXPECT_EQ(reply.get().status, 408);
}

TEST(Framing, ABodyThatEndsEarlyIsNotTakenForAWholeOne) {
  ServiceUnderTest service;
  Client client = service.connect();
  client.send(std::string(kHeader) + "Content-Length: 1000\r\n\r\n" + std::string(500, 'x'));
  client.end_sending();
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_FALSE(service.recordings().latest(std::nullopt));
}

TEST(Framing, RequestsOnOneConnectionAreAnsweredInTheirOrder) {
  ServiceUnderTest service;
  Client client = service.connect();
  client.send(request("POST", "/upload_audio", heart_sounds()) + request("GET", "/healthz") +
              request("HEAD", "/healthz") + request("POST", "/upload_audio") +
              request("GET", "/nothing") + request("GET", "/v1/model"));
  EXPECT_THAT(client.receive().body, HasSubstr("|Conf: "));
  EXPECT_THAT(client.receive().body, HasSubstr("\"ok\""));
  EXPECT_EQ(client.receive(true).status, 200);
  EXPECT_EQ(client.receive().body, "No audio data received");
  EXPECT_EQ(client.receive().status, 404);
  EXPECT_THAT(client.receive().body, HasSubstr("\"labels\""));
}

TEST(Framing, Http10EndsTheConnectionUnlessItIsToBeKept) {
  ServiceUnderTest service;
  Client once = service.connect();
  once.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.receive_all(), MatchesRegex("HTTP/1.0 200 OK\r\n[^~]*Connection: close\r\n"
                                               "[^~]*\r\n\r\n[{]\"status\":\"ok\"[}]"));
  Client kept = service.connect();
  for (int i = 0; i < 2; ++i) {
    const Reply reply = kept.exchange("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(reply.headers.at("connection"), "keep-alive");
  }
}

TEST(Framing, CloseIsHonoured) {
  ServiceUnderTest service;
  Client client = service.connect();
  client.send(request("GET", "/healthz", "", "Connection: close\r\n"));
  EXPECT_THAT(client.receive_all(), HasSubstr("Connection: close\r\n"));
}

TEST(Framing, HeadIsGetWithoutTheContent) {
  ServiceUnderTest service;
  const Reply get = service.exchange(request("GET", "/openapi.json"));
  Client client = service.connect();
  client.send(request("HEAD", "/openapi.json", "", "Connection: close\r\n"));
  const std::string head = client.receive_all();
  EXPECT_THAT(head, HasSubstr("Content-Length: " + std::to_string(get.body.size()) + "\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
}

TEST(Framing, ABodyThatNobodyWantsEndsTheConnection) {
  ServiceUnderTest service;
  Client client = service.connect();
  client.send(request("GET", "/healthz", request("GET", "/v1/model")));
  const std::string answers = client.receive_all();
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answers, Not(HasSubstr("labels"))) << "the body is no request";
}

TEST(Framing, AMessageWhoseEndIsInDoubtIsRefusedAndNothingAfterItIsRead) {
  ServiceUnderTest service;
  const std::string hidden = request("GET", "/v1/model");
  for (const auto& [lines, status] : {
           std::pair("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "400"),
           std::pair("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "400"),
           std::pair("Content-Length: 3\r\nContent-Length: 4\r\n", "400"),
           std::pair("Content-Length: 3\r\nContent-Length: 3\r\n", "400"),
           std::pair("Content-Length: 3, 3\r\n", "400"),
           std::pair("Content-Length: -1\r\n", "400"),
           std::pair("Content-Length: +3\r\n", "400"),
           std::pair("Content-Length: 0x3\r\n", "400"),
           std::pair("Content-Length: 99999999999999999999\r\n", "400"),
           std::pair("Content-Length : 3\r\n", "400"),
           std::pair("Transfer-Encoding: gzip\r\n", "501"),
           std::pair("Transfer-Encoding: chunked, gzip\r\n", "501"),
           std::pair("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "501"),
           std::pair("Transfer-Encoding: xchunked\r\n", "501"),
           std::pair("Host: other\r\n", "400"),
       }) {
    Client client = service.connect();
    client.send(std::string(kHeader) + lines + "\r\n" + hidden);
    const std::string answers = client.receive_all();
    EXPECT_THAT(answers, StartsWith(std::string("HTTP/1.1 ") + status)) << lines;
    EXPECT_THAT(answers, HasSubstr("Connection: close\r\n")) << lines;
    EXPECT_THAT(answers, Not(HasSubstr("labels"))) << lines;
  }
}

TEST(Framing, AChunkThatIsMalformedIsRefused) {
  ServiceUnderTest service;
  for (const char* chunks :
       {"x\r\n", "3\r\nabcd\r\n", "-1\r\n", "11111111111111111\r\n", "3\nabc\n"}) {
    const Reply reply = service.exchange(
        std::string(kHeader) + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
    EXPECT_EQ(reply.status / 100, 4) << chunks;
  }
}

TEST(Framing, WhatIsNoHttpIsAnsweredInHttp) {
  ServiceUnderTest service(small_limits());
  const std::string long_line(3'000, 'x');
  for (const auto& [text, status] : {
           std::pair(std::string("nonsense\r\n\r\n"), 400),
           std::pair(std::string("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505),
           std::pair(std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400),
           std::pair("GET /" + long_line + " HTTP/1.1\r\nHost: h\r\n\r\n", 431),
           std::pair("GET / HTTP/1.1\r\nHost: h\r\nX: " + long_line + "\r\n\r\n", 431),
           std::pair(std::string("GET / HTTP/1.1\r\nHost h\r\n\r\n"), 400),
       }) {
    EXPECT_EQ(service.exchange(text).status, status) << text.substr(0, 40);
  }
}

TEST(Framing, MethodsAPathDoesNotHaveAreListed) {
  ServiceUnderTest service;
  const Reply wrong = service.exchange(request("DELETE", "/upload_audio"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST, PUT, OPTIONS");
  const Reply options = service.exchange(request("OPTIONS", "/upload_audio"));
  EXPECT_EQ(options.status, 200);
  EXPECT_EQ(options.headers.at("allow"), "POST, PUT, OPTIONS");
  EXPECT_EQ(options.headers.at("content-length"), "0");
}

}  // namespace
}  // namespace auscult::api_test
