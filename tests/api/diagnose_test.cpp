#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "audio/synthetic_heart.hpp"
#include "audio/wav.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"

// POST /v1/diagnose explains whatever comes, and stores nothing.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A heart with some noise, which no sample of repeats another.
std::string heart(double duration_s, int rate_hz) {
  std::string pcm;
  for (const float sample : audio::synthesize({.duration_s = duration_s}, rate_hz).samples) {
    const auto word = static_cast<std::uint16_t>(static_cast<std::int16_t>(32'000 * sample));
    pcm += static_cast<char>(word & 0xFFU);
    pcm += static_cast<char>(word >> 8U);
  }
  return pcm;
}

Json diagnose(const ServiceUnderTest& service, const std::string& query, const std::string& body,
              const std::string& headers = "") {
  const Reply reply = service.exchange(request("POST", "/v1/diagnose" + query, body, headers));
  EXPECT_EQ(reply.status, 200) << reply.body;
  return Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
}

std::vector<std::string> codes(const Json& diagnosis) {
  std::vector<std::string> all;
  for (const Json& finding : diagnosis.at("findings")) all.push_back(finding.at("code"));
  return all;
}

TEST(Diagnose, FindsNothingWrongWithAHeartAndStoresNothing) {
  const ServiceUnderTest service;
  const Json diagnosis = diagnose(service, "?device=bench", heart(6, 16'000),
                                  "Content-Type: audio/pcm;rate=16000\r\n");
  EXPECT_THAT(diagnosis.at("advice"), IsEmpty()) << diagnosis.dump(2);
  EXPECT_EQ(diagnosis.at("read_as").at("frames"), 96'000);
  EXPECT_EQ(diagnosis.at("read_as").at("sample_rate_hz"), 16'000);
  EXPECT_EQ(diagnosis.at("framing").at("content_length"), "192000");
  EXPECT_EQ(diagnosis.at("framing").at("content_type"), "audio/pcm;rate=16000");
  EXPECT_EQ(diagnosis.at("counts").at("sample_rate").at("source"), "content type");
  EXPECT_EQ(diagnosis.at("counts").at("channels").at("source"), "default");
  EXPECT_TRUE(diagnosis.at("likely").at("sample_rate_hz").is_null());
  EXPECT_EQ(service.exchange(request("GET", "/v1/latest")).status, 404) << "something is stored";
}

TEST(Diagnose, SaysWhichSourceCounts) {
  const ServiceUnderTest service;
  service.exchange(request("PUT", "/v1/devices/bench", R"({"sample_rate": 22050, "channels": 2})"));
  const Json diagnosis = diagnose(service, "?device=bench&sample_rate=8000", heart(6, 8'000),
                                  "x-audio-sample-rates: 44100\r\n");
  EXPECT_EQ(diagnosis.at("counts").at("sample_rate").at("value"), "8000");
  EXPECT_EQ(diagnosis.at("counts").at("sample_rate").at("source"), "query");
  EXPECT_EQ(diagnosis.at("counts").at("channels").at("source"), "device's settings");
  EXPECT_EQ(diagnosis.at("declared").size(), 3U);
  EXPECT_THAT(codes(diagnosis), Contains("contradiction"));
}

TEST(Diagnose, TheServersOwnSettingsContradictNobody) {
  Configuration configuration;
  configuration.service.defaults.format.sample_rate_hz = 16'000;
  const ServiceUnderTest service(configuration);
  const auto wav =
      audio::encode_amplified_wav(audio::synthesize({.duration_s = 6}, 8'000), 1).bytes;
  const std::string file(reinterpret_cast<const char*>(wav.data()), wav.size());
  EXPECT_THAT(codes(diagnose(service, "", file)), IsEmpty());
  EXPECT_THAT(codes(diagnose(service, "?sample_rate=4000", file)), Contains("header_wins"));
  EXPECT_THAT(codes(diagnose(service, "?sample_rate=8000", heart(6, 8'000))), IsEmpty());
}

TEST(Diagnose, NamesTheLikelyRateOfAHeartThatIsTooSlow) {
  const ServiceUnderTest service;
  const Json diagnosis = diagnose(service, "", heart(8, 44'100));
  EXPECT_THAT(codes(diagnosis), Contains("rate")) << diagnosis.dump(2);
  EXPECT_EQ(diagnosis.at("likely").at("sample_rate_hz"), 44'100) << diagnosis.dump(2);
}

TEST(Diagnose, ExplainsWhatAnUploadWouldBeRefusedFor) {
  const ServiceUnderTest service;
  EXPECT_THAT(codes(diagnose(service, "", "")), Contains("empty"));
  EXPECT_THAT(codes(diagnose(service, "", "x")), Contains("unreadable"));
  const Json ten = diagnose(service, "?sample_rate=ten", heart_sounds());
  EXPECT_THAT(codes(ten), Contains("bad_parameter"));
  EXPECT_THAT(ten.at("findings").at(0).at("what"), HasSubstr("ten"));
  EXPECT_THAT(codes(diagnose(service, "", heart_sounds(), "Content-Encoding: gzip\r\n")),
              Contains("bad_parameter"));
  EXPECT_THAT(codes(diagnose(service, "", "--X\r\nnothing",
                             "Content-Type: multipart/form-data; boundary=X\r\n")),
              Contains("bad_form"));
  EXPECT_THAT(codes(diagnose(service, "", std::string("RIFF\x10---WAVEnothing"))),
              Contains("unreadable"));
}

TEST(Diagnose, LooksIntoAForm) {
  const ServiceUnderTest service;
  const std::string body =
      "--X\r\nContent-Disposition: form-data; name=\"sample_rate\"\r\n\r\n8000\r\n"
      "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" +
      heart(6, 8'000) + "\r\n--X--\r\n";
  const Json diagnosis =
      diagnose(service, "", body, "Content-Type: multipart/form-data; boundary=X\r\n");
  EXPECT_THAT(codes(diagnosis), IsEmpty()) << diagnosis.dump(2);
  EXPECT_EQ(diagnosis.at("counts").at("sample_rate").at("source"), "form");
  EXPECT_EQ(diagnosis.at("read_as").at("frames"), 48'000);
}

TEST(Diagnose, SaysHowABodyWasFramed) {
  const ServiceUnderTest service;
  const std::string pcm = heart(4, 16'000);
  std::string chunked =
      "POST /v1/diagnose HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  chunked +=
      "FA00\r\n" + pcm.substr(0, 64'000) + "\r\nFA00\r\n" + pcm.substr(64'000) + "\r\n0\r\n\r\n";
  const Json diagnosis = Json::parse(service.exchange(chunked).body);
  EXPECT_EQ(diagnosis.at("framing").at("transfer_encoding"), "chunked");
  EXPECT_TRUE(diagnosis.at("framing").at("content_length").is_null());
  EXPECT_EQ(diagnosis.at("body_bytes"), pcm.size());
}

TEST(Diagnose, SaysAtOnceThatAllWorkersAreBusy) {
  ServiceUnderTest service({.server = {}, .workers = 1, .queue = 1});
  BusyWorker busy(service.workers());
  ASSERT_TRUE(service.workers().try_submit(
      {.run = [](classify::Workspace&) {}, .refuse = [](const Error&) {}}));
  const Reply refused = service.exchange(request("POST", "/v1/diagnose", heart_sounds()));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  busy.release();
}

TEST(Devices, TellTheLikelyRateOfOneThatSendsTooSlow) {
  const ServiceUnderTest service;
  service.exchange(request("POST", "/upload_audio?device=fast", heart(8, 44'100)));
  const Json latest = Json::parse(service.exchange(request("GET", "/v1/latest")).body);
  ASSERT_TRUE(latest.at("rate_suspect").is_object()) << latest.dump(2);
  EXPECT_EQ(latest.at("rate_suspect").at("likely_rate_hz"), 44'100);
  const Json devices = Json::parse(service.exchange(request("GET", "/v1/devices")).body);
  const Json& device = devices.at("devices").at(0);
  EXPECT_EQ(device.at("declared_rate_hz"), 16'000);
  EXPECT_EQ(device.at("detected_rate_hz"), 44'100);
  EXPECT_THAT(device.at("warnings").dump(), HasSubstr("44100 Hz instead of 16000 Hz"));
}

}  // namespace
}  // namespace auscult::api_test
