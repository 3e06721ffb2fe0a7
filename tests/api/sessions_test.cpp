// Recordings in pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/hash.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kUnknown = "019ac2f0-0000-7000-8000-000000000000";

std::string sha256_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

/// Opens a session and returns its path.
std::string open(const ServiceUnderTest& service, const std::string& query = "",
                 const std::string& body = "") {
  const Reply reply = service.exchange(request("POST", "/v1/sessions" + query, body));
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.headers.at("location");
}

Reply put(const ServiceUnderTest& service, const std::string& session, int number,
          const std::string& bytes, const std::string& headers = "") {
  return service.exchange(
      request("PUT", session + "/chunks/" + std::to_string(number), bytes, headers));
}

Reply finish(const ServiceUnderTest& service, const std::string& session,
             const std::string& body = "") {
  return service.exchange(request("POST", session + "/finish", body));
}

Json show(const ServiceUnderTest& service, const std::string& session) {
  const Reply reply = service.exchange(request("GET", session));
  EXPECT_EQ(reply.status, 200) << reply.body;
  return Json::parse(reply.body);
}

std::string code_of(const Reply& reply) { return Json::parse(reply.body).at("code"); }
std::string detail_of(const Reply& reply) { return Json::parse(reply.body).at("detail"); }

/// A recording without what differs between two that are made of the same bytes.
Json substance_of(const std::string& body) {
  Json recording = Json::parse(body);
  for (const char* member : {"id", "received_at", "timings"}) recording.erase(member);
  return recording;
}

std::vector<std::string> cut(const std::string& bytes, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < bytes.size(); i += size) pieces.push_back(bytes.substr(i, size));
  return pieces;
}

TEST(Sessions, GiveTheRecordingThatTheSameBytesGiveAtOnce) {
  ServiceUnderTest service;
  const std::string sound = heart_sounds(3.0, 8'000);
  const std::string session =
      open(service, "?device=ward-3", R"({"sample_rate": 8000, "format": "s16", "gain": 2})");
  // Cut within a sample, and in no order.
  const std::vector<std::string> pieces = cut(sound, 7'001);
  for (std::size_t i = pieces.size(); i-- > 0;) {
    EXPECT_EQ(put(service, session, static_cast<int>(i), pieces[i]).status, 201);
  }
  const Reply finished = finish(service, session);
  EXPECT_EQ(finished.status, 201) << finished.body;
  const Json recording = Json::parse(finished.body);
  EXPECT_EQ(finished.headers.at("location"),
            "/v1/recordings/" + recording.at("id").get<std::string>());
  const Reply at_once = service.exchange(
      request("POST", "/v1/recordings?device=ward-3&sample_rate=8000&format=s16&gain=2", sound));
  EXPECT_EQ(substance_of(finished.body), substance_of(at_once.body));
}

TEST(Sessions, TakeAFileInPieces) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds(2.0, 4'000);
  const auto le = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
  };
  const auto size = static_cast<std::uint32_t>(pcm.size());
  const std::string wav = "RIFF" + le(36 + size, 4) + "WAVEfmt " + le(16, 4) + le(1, 2) + le(1, 2) +
                          le(4'000, 4) + le(8'000, 4) + le(2, 2) + le(16, 2) + "data" +
                          le(size, 4) + pcm;
  const std::string session = open(service);
  const std::vector<std::string> pieces = cut(wav, 5'000);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    put(service, session, static_cast<int>(i), pieces[i]);
  }
  const Json recording = Json::parse(finish(service, session).body);
  EXPECT_EQ(recording.at("container"), "wav");
  EXPECT_EQ(recording.at("sample_rate_hz"), 4'000);
}

TEST(Sessions, SayWhatHasComeAndWhatIsMissing) {
  ServiceUnderTest service;
  const std::string session = open(service, "?device=ward-3");
  for (const int number : {0, 1, 4}) put(service, session, number, "abcd");
  const Json shown = show(service, session);
  EXPECT_EQ(shown.at("device"), "ward-3");
  EXPECT_EQ(shown.at("state"), "open");
  EXPECT_EQ(shown.at("chunks"), 3);
  EXPECT_EQ(shown.at("bytes"), 12);
  EXPECT_EQ(shown.at("received"),
            Json::parse(R"([{"first": 0, "last": 1}, {"first": 4, "last": 4}])"));
  EXPECT_EQ(shown.at("missing"), Json::parse(R"([{"first": 2, "last": 3}])"));
  EXPECT_EQ(shown.at("recording_id"), nullptr);
  const auto created = *parse_timestamp(shown.at("created_at").get<std::string>());
  EXPECT_EQ(*parse_timestamp(shown.at("expires_at").get<std::string>()) - created,
            std::chrono::hours(24));
}

TEST(Sessions, HaveTheMembersThatTheDocumentRequires) {
  ServiceUnderTest service;
  const Json shown = show(service, open(service));
  const Json document = Json::parse(service.exchange(request("GET", "/openapi.json")).body);
  const Json& schema = document.at("components").at("schemas").at("UploadSession");
  for (const Json& member : schema.at("required")) {
    EXPECT_TRUE(shown.contains(member.get<std::string>())) << member;
  }
  for (const auto& [member, value] : shown.items()) {
    EXPECT_TRUE(schema.at("properties").contains(member)) << member;
  }
}

TEST(Sessions, TakeAChunkTwiceAndRefuseAnotherOfItsNumber) {
  ServiceUnderTest service;
  const std::string session = open(service);
  EXPECT_EQ(put(service, session, 0, "abcd").status, 201);
  EXPECT_EQ(put(service, session, 0, "abcd").status, 204);
  const Reply other = put(service, session, 0, "abce");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(code_of(other), "chunk_differs");
  EXPECT_EQ(show(service, session).at("bytes"), 4);
}

TEST(Sessions, HoldAChunkToTheDigestThatComesWithIt) {
  ServiceUnderTest service;
  const std::string session = open(service);
  const std::string right = "X-Content-Sha256: " + sha256_of("abcd") + "\r\n";
  const Reply damaged = put(service, session, 0, "abce", right);
  EXPECT_EQ(damaged.status, 400);
  EXPECT_EQ(code_of(damaged), "digest_differs");
  EXPECT_EQ(show(service, session).at("chunks"), 0);
  EXPECT_EQ(put(service, session, 0, "abcd", right).status, 201);
  // Of "abc".
  EXPECT_EQ(put(service, session, 1, "abc",
                "Content-Digest: sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:\r\n")
                .status,
            201);
}

TEST(Sessions, NameTheChunksThatAreMissing) {
  ServiceUnderTest service;
  const std::string session = open(service);
  const Reply empty = finish(service, session);
  EXPECT_EQ(empty.status, 409);
  EXPECT_THAT(detail_of(empty), HasSubstr("no chunk has come"));
  for (const int number : {1, 2, 6}) put(service, session, number, "abcd");
  const Reply gaps = finish(service, session);
  EXPECT_EQ(gaps.status, 409);
  EXPECT_EQ(code_of(gaps), "session_incomplete");
  EXPECT_THAT(detail_of(gaps), HasSubstr("0, 3 to 5"));
  const Reply end = finish(service, session, R"({"chunks": 9})");
  EXPECT_THAT(detail_of(end), HasSubstr("0, 3 to 5, 7 to 8"));
  for (const int number : {0, 3, 4, 5}) put(service, session, number, "abcd");
  const Reply more = finish(service, session, R"({"chunks": 6})");
  EXPECT_EQ(more.status, 409);
  EXPECT_THAT(detail_of(more), HasSubstr("chunk 6 has come"));
}

TEST(Sessions, HoldTheWholeToItsDigest) {
  ServiceUnderTest service;
  const std::string sound = heart_sounds(1.0);
  const std::string session = open(service);
  put(service, session, 0, sound);
  const Reply differs = finish(service, session, R"({"sha256": ")" + sha256_of("x") + "\"}");
  EXPECT_EQ(differs.status, 409);
  EXPECT_EQ(code_of(differs), "digest_differs");
  EXPECT_EQ(show(service, session).at("state"), "open");
  EXPECT_EQ(
      finish(service, session, R"({"chunks": 1, "sha256": ")" + sha256_of(sound) + "\"}").status,
      201);
}

TEST(Sessions, GiveTheSameAnswerWhenTheyAreFinishedAgain) {
  ServiceUnderTest service;
  const std::string session = open(service);
  put(service, session, 0, heart_sounds());
  const Reply first = finish(service, session);
  const Reply second = finish(service, session);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(first.headers.count("idempotency-replayed"), 0U);
  const Json shown = show(service, session);
  EXPECT_EQ(shown.at("state"), "finished");
  EXPECT_EQ(shown.at("recording_id"), Json::parse(first.body).at("id"));
  const Reply late = put(service, session, 1, "abcd");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code_of(late), "session_finished");
}

TEST(Sessions, BecomeOneRecordingHoweverManyFinishThemAtOnce) {
  Configuration configuration;
  configuration.workers = 2;
  ServiceUnderTest service(configuration);
  const std::string session = open(service);
  put(service, session, 0, heart_sounds(30));
  std::vector<Reply> replies(3);
  std::vector<std::thread> threads;
  for (Reply& reply : replies) {
    threads.emplace_back([&service, &session, &reply] { reply = finish(service, session); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Reply& reply : replies) {
    EXPECT_EQ(reply.status, 201);
    EXPECT_EQ(reply.body, replies[0].body);
  }
  const Json history = Json::parse(service.exchange(request("GET", "/v1/recordings")).body);
  EXPECT_EQ(history.at("recordings").size(), 1U);
}

TEST(Sessions, CanBeGivenUp) {
  ServiceUnderTest service;
  const std::string session = open(service);
  put(service, session, 0, "abcd");
  EXPECT_EQ(service.exchange(request("DELETE", session)).status, 204);
  EXPECT_EQ(service.exchange(request("GET", session)).status, 404);
  EXPECT_EQ(put(service, session, 1, "abcd").status, 404);
  EXPECT_EQ(finish(service, session).status, 404);
  EXPECT_EQ(service.exchange(request("DELETE", session)).status, 404);
}

TEST(Sessions, ExpireWithTheirChunks) {
  Configuration configuration;
  configuration.service.session_lifetime = std::chrono::milliseconds(1);
  ServiceUnderTest service(configuration);
  const std::string session = open(service);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Reply gone = service.exchange(request("GET", session));
  EXPECT_EQ(gone.status, 404);
  EXPECT_THAT(detail_of(gone), HasSubstr("expired"));
  EXPECT_EQ(put(service, session, 0, "abcd").status, 404);
}

TEST(Sessions, AreBounded) {
  Configuration configuration;
  configuration.service.sessions.max_sessions_per_device = 1;
  configuration.service.sessions.max_bytes = 10;
  ServiceUnderTest service(configuration);
  const std::string session = open(service);
  const Reply second = service.exchange(request("POST", "/v1/sessions"));
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(second.headers.count("retry-after"), 1U);
  EXPECT_EQ(put(service, session, 0, "12345678").status, 201);
  EXPECT_EQ(put(service, session, 1, "123").status, 413);
  EXPECT_EQ(put(service, session, limits::kMaxChunks, "1").status, 413);
  const Reply large = put(service, session, 1, std::string(limits::kMaxChunkBytes + 1, 'x'));
  EXPECT_EQ(large.status, 413);
}

TEST(Sessions, SayWhatIsWrongWithARequest) {
  ServiceUnderTest service;
  const std::string session = open(service);
  EXPECT_EQ(service.exchange(request("PUT", session + "/chunks/-1", "x")).status, 400);
  EXPECT_EQ(service.exchange(request("PUT", session + "/chunks/01", "x")).status, 400);
  EXPECT_EQ(put(service, session, 0, "").status, 400);
  EXPECT_EQ(service.exchange(request("PUT", session + "/chunks/", "x")).status, 400);
  EXPECT_EQ(service.exchange(request("GET", session + "/chunks/0")).status, 405);
  EXPECT_EQ(put(service, std::string("/v1/sessions/") + kUnknown, 0, "x").status, 404);
  EXPECT_EQ(put(service, "/v1/sessions/x", 0, "x").status, 404);
  const Reply rate = service.exchange(request("POST", "/v1/sessions?sample_rate=7"));
  EXPECT_EQ(rate.status, 400);
  EXPECT_THAT(detail_of(rate), HasSubstr("sample_rate is '7'"));
  EXPECT_EQ(service.exchange(request("POST", "/v1/sessions?device=a%20b")).status, 400);
  EXPECT_EQ(service.exchange(request("POST", "/v1/sessions", "[]")).status, 400);
  EXPECT_EQ(finish(service, session, R"({"chunks": -1})").status, 400);
}

TEST(Sessions, WhatCannotBeDecodedStaysOpenAndSaysWhy) {
  ServiceUnderTest service;
  const std::string session = open(service);
  put(service, session, 0, std::string("RIFF\x10\0\0\0WAVEfmt ", 16));
  const Reply reply = finish(service, session);
  EXPECT_EQ(reply.status, 400) << reply.body;
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("application/problem+json"));
  EXPECT_EQ(show(service, session).at("state"), "open");
}

}  // namespace
}  // namespace auscult::api_test
