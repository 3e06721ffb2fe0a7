#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "json/json.hpp"
#include "service_under_test.hpp"

// What existing devices rely on, byte for byte.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kReceipt =
    "(Artifact|Murmur|Normal|Extrahls|Extrastole)[|]Conf: [0-9][0-9]?0?%";

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string swap_bytes(std::string pcm) {
  for (std::size_t i = 0; i + 1 < pcm.size(); i += 2) std::swap(pcm[i], pcm[i + 1]);
  return pcm;
}

/// Each 16-bit sample in a 32-bit word, as an I2S microphone delivers it.
std::string widen(const std::string& pcm) {
  std::string wide;
  for (std::size_t i = 0; i + 1 < pcm.size(); i += 2)
    wide += std::string(2, '\0') + pcm.substr(i, 2);
  return wide;
}

std::string chunked(std::string_view body, std::size_t chunk_size) {
  std::string text;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, chunk_size);
    std::array<char, 20> size{};
    (void)std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    text.append(size.data()).append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return text + "0\r\n\r\n";
}

std::string multipart(std::string_view part_headers, std::string_view content) {
  std::string body =
      "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pcm\"\r\n";
  return body.append(part_headers).append("\r\n").append(content).append("\r\n--XX--\r\n");
}

TEST(Contract, AnUploadIsAnsweredByOneShortLine) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(request("POST", "/upload_audio", heart_sounds()));
  EXPECT_THAT(reply.body, MatchesRegex(kReceipt));
  EXPECT_THAT(reply.head,
              StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                         std::to_string(reply.body.size()) + "\r\n"));
  EXPECT_LE(reply.body.size(), 64U) << "some firmware reads no more";
  EXPECT_EQ(reply.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(reply.headers.count("content-encoding"), 0U);
}

TEST(Contract, TheRootShowsDataJsonWithTheSameAnswer) {
  ServiceUnderTest service;
  const Reply upload = service.exchange(request("POST", "/upload_audio", heart_sounds()));
  const Reply root = service.exchange(request("GET", "/"));
  EXPECT_EQ(root.status, 200);
  EXPECT_EQ(root.headers.at("content-type"), "application/json");
  EXPECT_EQ(root.body, content_of(service.folder() / "data.json"));

  const Json data = Json::parse(root.body);
  EXPECT_EQ(data.size(), 2U);
  const double confidence = data.at("confidence");
  EXPECT_EQ(upload.body, std::string(data.at("class")) + "|Conf: " +
                             std::to_string(static_cast<int>(std::floor(confidence))) + "%");
}

TEST(Contract, TheRootSaysWhyThereIsNoAnswer) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(request("GET", "/"));
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
  EXPECT_THAT(reply.body, MatchesRegex("Error loading data: .+"));
}

TEST(Contract, ABrowserGetsAPageWithNothingFromOutside) {
  ServiceUnderTest service;
  service.exchange(request("POST", "/upload_audio", heart_sounds()));
  const Reply reply = service.exchange(
      request("GET", "/", "",
              "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(reply.headers.at("content-security-policy"), StartsWith("default-src 'none'"));
  // The dashboard, or the plain page where it is not built in.
  EXPECT_THAT(reply.body, AllOf(StartsWith("<!doctype html>"), HasSubstr("Auscult"),
                                Not(ContainsRegex("(src|href)=\"(https?:)?//"))));
}

TEST(Contract, AnEmptyBodyIsNoAudio) {
  ServiceUnderTest service;
  for (const std::string& empty :
       {request("POST", "/upload_audio"),
        request("PUT", "/upload_audio", "", "Content-Length: 0\r\n"),
        request("POST", "/upload_audio", "", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
        std::string("POST /upload_audio HTTP/1.0\r\n\r\n")}) {
    const Reply reply = service.exchange(empty);
    EXPECT_EQ(reply.status, 400) << empty;
    EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
    EXPECT_EQ(reply.body, "No audio data received");
  }
}

TEST(Contract, TheListeningCopyIsAWavAmplifiedTenTimes) {
  ServiceUnderTest service;
  service.exchange(request("POST", "/upload_audio", heart_sounds()));
  const std::string wav = content_of(service.folder() / "output_audio.wav");
  EXPECT_THAT(wav, StartsWith("RIFF"));
  EXPECT_EQ(service.recordings().latest(std::nullopt)->gain, 10);
}

TEST(Contract, EveryWayToSendTheSameSoundGivesTheSameAnswer) {
  ServiceUnderTest service({.server = {}, .workers = 2, .queue = 16});
  const std::string pcm = heart_sounds();
  const std::string expected = service.exchange(request("POST", "/upload_audio", pcm)).body;
  ASSERT_THAT(expected, MatchesRegex(kReceipt));
  const std::string id = service.recordings().latest(std::nullopt)->id;
  const std::string wav = service.exchange(request("GET", "/v1/recordings/" + id + "/audio")).body;

  const std::string form = "Content-Type: multipart/form-data; boundary=XX\r\n";
  const std::vector<std::pair<const char*, std::string>> ways = {
      {"PUT", request("PUT", "/upload_audio", pcm)},
      {"application/octet-stream",
       request("POST", "/upload_audio", pcm, "Content-Type: application/octet-stream\r\n")},
      {"curl --data-binary", request("POST", "/upload_audio", pcm,
                                     "Content-Type: application/x-www-form-urlencoded\r\n")},
      {"audio/pcm",
       request("POST", "/upload_audio", pcm, "Content-Type: audio/pcm;rate=16000\r\n")},
      {"audio/L16 is big-endian",
       request("POST", "/upload_audio", swap_bytes(pcm), "Content-Type: audio/L16;rate=16000\r\n")},
      {"audio/L16 with an override", request("POST", "/upload_audio?byte_order=little", pcm,
                                             "Content-Type: audio/L16;rate=16000\r\n")},
      {"an odd byte", request("POST", "/upload_audio", pcm + "x")},
      {"32-bit words", request("POST", "/upload_audio?sample_width=4", widen(pcm))},
      {"ESP-ADF", request("POST", "/upload_audio", widen(pcm),
                          "x-audio-sample-rates: 16000\r\nx-audio-bits: 32\r\n"
                          "x-audio-channel: 1\r\n")},
      {"WAV as octet-stream",
       request("POST", "/upload_audio", wav, "Content-Type: application/octet-stream\r\n")},
      {"WAV that is said to be something else",
       request("POST", "/upload_audio?sample_rate=8000", wav)},
      {"another gain", request("POST", "/upload_audio?gain=1", pcm)},
      {"chunked",
       request("POST", "/upload_audio", "", "Transfer-Encoding: chunked\r\n") + chunked(pcm, 1000)},
      {"multipart", request("POST", "/upload_audio", multipart("", pcm), form)},
      {"multipart with a type",
       request("POST", "/upload_audio",
               multipart("Content-Type: audio/L16;rate=16000\r\n", swap_bytes(pcm)), form)},
      {"multipart with a WAV",
       request("POST", "/upload_audio", multipart("Content-Type: audio/wav\r\n", wav), form)},
      {"HTTP/1.0", "POST /upload_audio HTTP/1.0\r\nContent-Length: " + std::to_string(pcm.size()) +
                       "\r\n\r\n" + pcm},
  };
  for (const auto& [way, text] : ways) {
    EXPECT_EQ(service.exchange(text).body, expected) << way;
  }
}

TEST(Contract, ARecordingIsDescribedAsItWasDeclared) {
  ServiceUnderTest service;
  service.exchange(request("POST", "/upload_audio?device=query", widen(heart_sounds(3, 44'100)),
                           "x-audio-sample-rates: 44100\r\nx-audio-bits: 32\r\n"
                           "x-audio-channel: 1\r\nX-Device-Id: header\r\n"));
  const Result<Recording> recording = service.recordings().latest(std::nullopt);
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->device, "query");
  EXPECT_EQ(recording->source.sample_rate_hz, 44'100);
  EXPECT_EQ(recording->source.sample_format, "s32");
  EXPECT_EQ(recording->source.duration_s, 3.0);
}

TEST(Contract, ABadParameterIsNamedInOneLine) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(request("POST", "/upload_audio?sample_rate=ten", "abcd"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
  EXPECT_THAT(reply.body, HasSubstr("ten"));
  EXPECT_EQ(reply.body.find('\n'), std::string::npos);
}

TEST(Contract, AFileThatIsBrokenIsNoServerError) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(request("POST", "/upload_audio", "RIFF\x10---WAVEnothing"));
  EXPECT_GE(reply.status, 400);
  EXPECT_LT(reply.status, 500);
}

}  // namespace
}  // namespace auscult::api_test
