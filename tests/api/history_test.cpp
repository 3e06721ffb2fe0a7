#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "json/json.hpp"
#include "service_under_test.hpp"

// What people do with recordings: review, delete, look for, export; and with devices.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Json create(const ServiceUnderTest& service, const std::string& query = "") {
  const Reply reply = service.exchange(request("POST", "/v1/recordings" + query, heart_sounds()));
  EXPECT_EQ(reply.status, 201) << reply.body;
  return Json::parse(reply.body);
}

std::string id_of(const Json& recording) { return recording.at("id"); }

Json send(const ServiceUnderTest& service, const std::string& method, const std::string& target,
          const std::string& body = "", int status = 200) {
  const Reply reply = service.exchange(request(method, target, body));
  EXPECT_EQ(reply.status, status) << method << " " << target << ": " << reply.body;
  return Json::parse(reply.body, nullptr, false);
}

std::vector<std::string> found(const ServiceUnderTest& service, const std::string& query) {
  std::vector<std::string> ids;
  const Json page = send(service, "GET", "/v1/recordings?" + query);
  for (const Json& recording : page.at("recordings")) {
    ids.push_back(recording.at("id"));
  }
  return ids;
}

TEST(Review, IsShownBesideTheAnswerAndDoesNotChangeIt) {
  ServiceUnderTest service;
  const Json before = create(service);
  EXPECT_TRUE(before.at("review").is_null());
  const std::string path = "/v1/recordings/" + id_of(before);
  const Json after = send(service, "PATCH", path, R"({"note": "bell", "label": "Murmur"})");
  EXPECT_EQ(after.at("review").at("note"), "bell");
  EXPECT_EQ(after.at("review").at("label"), "Murmur");
  EXPECT_TRUE(after.at("review").at("updated_at").is_string());
  EXPECT_EQ(send(service, "GET", path), after);
  Json apart = after;
  apart["review"] = nullptr;
  EXPECT_EQ(apart, before);
  EXPECT_TRUE(
      send(service, "PATCH", path, R"({"note": null, "label": null})").at("review").is_null());
}

TEST(Review, IsRefusedWithTheReason) {
  ServiceUnderTest service;
  const std::string path = "/v1/recordings/" + id_of(create(service));
  for (const auto& [body, part] : std::initializer_list<std::pair<std::string, const char*>>{
           {R"({"label": "Gallop"})", "Gallop"},
           {R"({"Note": "a"})", "Note"},
           {"{", "JSON object"},
           {R"({"note": ")" + std::string(4'001, 'x') + "\"}", "4000"}}) {
    EXPECT_THAT(send(service, "PATCH", path, body, 400).at("detail"), HasSubstr(part));
  }
  const std::string long_body = R"({"note": ")" + std::string(70'000, 'x') + "\"}";
  EXPECT_EQ(send(service, "PATCH", path, long_body, 413).at("code"), "too_large");
  EXPECT_TRUE(send(service, "GET", path).at("review").is_null());
  send(service, "PATCH", "/v1/recordings/x", "{}", 404);
}

TEST(Deletion, CanBeUndone) {
  ServiceUnderTest service;
  const Json recording = create(service);
  const std::string path = "/v1/recordings/" + id_of(recording);
  send(service, "DELETE", path, "", 204);
  send(service, "GET", path, "", 404);
  EXPECT_THAT(found(service, ""), IsEmpty());
  EXPECT_EQ(service.exchange(request("GET", "/")).status, 500) << "data.json follows";
  EXPECT_EQ(send(service, "POST", path + "/restore"), recording);
  EXPECT_EQ(send(service, "GET", path), recording);
  EXPECT_EQ(service.exchange(request("GET", "/")).status, 200);
  EXPECT_EQ(send(service, "POST", path + "/restore", "", 404).at("code"), "not_found");
}

TEST(Deletion, IsForGoodAfterItsGrace) {
  Configuration configuration;
  configuration.service.undo_grace = std::chrono::milliseconds(0);
  configuration.server.purge_interval = std::chrono::milliseconds(10);
  ServiceUnderTest service(configuration);
  const std::string path = "/v1/recordings/" + id_of(create(service));
  send(service, "DELETE", path, "", 204);
  send(service, "POST", path + "/restore", "", 404);
}

TEST(History, IsFilteredByConfidenceQualityAndText) {
  ServiceUnderTest service;
  const Json one = create(service, "?device=icu-1");
  const Json two = create(service, "?device=ward-2");
  send(service, "PATCH", "/v1/recordings/" + id_of(one), R"({"note": "Systolic & loud"})");
  EXPECT_THAT(found(service, "q=systolic+%26"), ElementsAre(id_of(one)));
  EXPECT_THAT(found(service, "q=WARD"), ElementsAre(id_of(two)));
  EXPECT_THAT(found(service, "q=nothing"), IsEmpty());
  EXPECT_EQ(found(service, "min_confidence=0").size(), 2U);
  const std::string verdict = one.at("quality").at("verdict");
  EXPECT_EQ(found(service, "quality=" + verdict).size(), 2U);
  EXPECT_THAT(found(service, verdict == "good" ? "quality=poor" : "quality=good"), IsEmpty());
  for (const char* wrong : {"min_confidence=101", "min_confidence=high", "quality=fair"}) {
    send(service, "GET", std::string("/v1/recordings?") + wrong, "", 400);
  }
}

TEST(Export, IsATableOfWhatTheFiltersLetThrough) {
  ServiceUnderTest service;
  const Json one = create(service, "?device=a");
  create(service, "?device=b");
  send(service, "PATCH", "/v1/recordings/" + id_of(one), R"({"note": "=1+1, or so"})");
  const Reply reply = service.exchange(request("GET", "/v1/recordings/export.csv?device=a"));
  EXPECT_EQ(reply.headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(reply.headers.at("content-length"), std::to_string(reply.body.size()));
  EXPECT_THAT(reply.body,
              AllOf(StartsWith("id,device,received_at,class,confidence,p_Artifact,p_Murmur,"),
                    HasSubstr("\n" + id_of(one) + ",a,"), EndsWith(",\"'=1+1, or so\"\n")));
  EXPECT_EQ(std::count(reply.body.begin(), reply.body.end(), '\n'), 2);
  send(service, "GET", "/v1/recordings/export.csv?limit=1", "", 400);
}

TEST(Export, OfLabelsIsAManifestOfTheCorrectedOnes) {
  ServiceUnderTest service;
  const Json one = create(service, "?device=a");
  create(service, "?device=a");
  send(service, "PATCH", "/v1/recordings/" + id_of(one), R"({"label": "Extrastole"})");
  const Reply reply = service.exchange(request("GET", "/v1/recordings/manifest.csv"));
  const std::string day = one.at("received_at").get<std::string>().substr(0, 10);
  EXPECT_THAT(reply.body, StartsWith("file,label,device,group,sample_rate_hz,duration_s,fold\n" +
                                     id_of(one) + ".wav,Extrastole,a,a/" + day + ",16000,3.000,"));
  EXPECT_EQ(std::count(reply.body.begin(), reply.body.end(), '\n'), 2);
}

TEST(Export, OfSoundIsAZipWithItsTables) {
  ServiceUnderTest service;
  const std::string one = id_of(create(service));
  const std::string two = id_of(create(service));
  const std::string wav = service.exchange(request("GET", "/v1/recordings/" + one + "/audio")).body;
  const Reply reply =
      service.exchange(request("GET", "/v1/recordings/export.zip?ids=" + one + "," + two));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.headers.at("content-type"), "application/zip");
  EXPECT_THAT(reply.body, AllOf(StartsWith("PK\x03\x04"), HasSubstr(wav), HasSubstr(two + ".wav"),
                                HasSubstr("manifest.csv"), HasSubstr("recordings.csv")));
  send(service, "GET", "/v1/recordings/export.zip", "", 400);
  send(service, "GET", "/v1/recordings/export.zip?ids=" + one + ",../x", "", 400);
  send(service, "DELETE", "/v1/recordings/" + two, "", 204);
  send(service, "GET", "/v1/recordings/export.zip?ids=" + one + "," + two, "", 404);
}

TEST(Pictures, ShowARecording) {
  ServiceUnderTest service;
  const std::string path = "/v1/recordings/" + id_of(create(service));
  const Reply png = service.exchange(request("GET", path + "/spectrogram.png"));
  EXPECT_EQ(png.headers.at("content-type"), "image/png");
  EXPECT_THAT(png.body, StartsWith("\x89PNG\r\n"));
  EXPECT_EQ(png.headers.at("content-length"), std::to_string(png.body.size()));
  const Reply svg = service.exchange(request("GET", path + "/waveform.svg"));
  EXPECT_EQ(svg.headers.at("content-type"), "image/svg+xml");
  EXPECT_THAT(svg.headers.at("content-security-policy"), StartsWith("default-src 'none'"));
  EXPECT_THAT(svg.body, StartsWith("<svg"));
  const Reply known = service.exchange(request(
      "GET", path + "/waveform.svg", "", "If-None-Match: " + svg.headers.at("etag") + "\r\n"));
  EXPECT_EQ(known.status, 304);
  send(service, "DELETE", path, "", 204);
  send(service, "GET", path + "/spectrogram.png", "", 404);
}

TEST(Devices, AreShownWithWhatTheyLastSent) {
  ServiceUnderTest service;
  create(service, "?device=a");
  const Json latest = create(service, "?device=a");
  service.exchange(request("POST", "/v1/recordings?device=b", heart_sounds(1) + "x"));
  const Json devices = send(service, "GET", "/v1/devices").at("devices");
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].at("name"), "b");
  EXPECT_THAT(devices[0].at("warnings").dump(),
              AllOf(HasSubstr("1 bytes too many"), HasSubstr("only 1.0 s")));
  EXPECT_EQ(devices[1].at("name"), "a");
  EXPECT_EQ(devices[1].at("recordings"), 2);
  const Json& shown = devices[1].at("latest");
  for (const auto& [name, value] : shown.items()) EXPECT_EQ(value, latest.at(name)) << name;
  EXPECT_EQ(shown.at("id"), latest.at("id"));
  EXPECT_FALSE(shown.contains("windows")) << "a list is for what a list shows";
  EXPECT_EQ(devices[1].at("last_seen"), latest.at("received_at"));
  EXPECT_EQ(devices[1].at("declared_rate_hz"), 16'000);
  EXPECT_TRUE(devices[1].at("detected_rate_hz").is_null()) << "raw PCM says nothing";
  EXPECT_EQ(devices[1].at("level_dbfs"), latest.at("level").at("rms_dbfs"));
  EXPECT_THAT(devices[1].at("warnings"), IsEmpty());
}

TEST(Devices, AreReadAsWasSetFromTheNextUploadOn) {
  ServiceUnderTest service;
  EXPECT_EQ(create(service, "?device=a").at("duration_s"), 3.0);
  const Json set = send(service, "PUT", "/v1/devices/a", R"({"sample_rate": 8000, "gain": 2})");
  EXPECT_EQ(set.dump(), R"({"sample_rate":8000,"channels":null,"format":null,"gain":2.0})");
  const Json recording = create(service, "?device=a");
  EXPECT_EQ(recording.at("duration_s"), 6.0);
  EXPECT_EQ(recording.at("gain"), 2.0);
  EXPECT_EQ(create(service, "?device=a&sample_rate=16000").at("duration_s"), 3.0);
  EXPECT_EQ(create(service, "?device=b").at("duration_s"), 3.0);

  const Json device = send(service, "GET", "/v1/devices").at("devices").at(1);
  EXPECT_EQ(device.at("defaults"), set);
  EXPECT_EQ(device.at("assumed").dump(),
            R"({"sample_rate":8000,"channels":1,"format":"s16","gain":2.0})");
  send(service, "PUT", "/v1/devices/a", "{}");
  EXPECT_EQ(create(service, "?device=a").at("duration_s"), 3.0);
}

TEST(Devices, TakeNoSettingsThatNoUploadCouldHave) {
  ServiceUnderTest service;
  EXPECT_THAT(send(service, "PUT", "/v1/devices/a", R"({"sample_rate": 1})", 400).at("detail"),
              HasSubstr("sample_rate"));
  send(service, "PUT", "/v1/devices/a", R"({"format": "mp3"})", 400);
  send(service, "PUT", "/v1/devices/a%20b", "{}", 400);
  send(service, "PUT", "/v1/devices/a", "", 400);
  EXPECT_THAT(send(service, "GET", "/v1/devices").at("devices"), IsEmpty());
}

TEST(Dashboard, IsServedWithAStrictPolicy) {
  ServiceUnderTest service;
  const Reply page = service.exchange(request("GET", "/ui/"));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-security-policy"),
              AllOf(StartsWith("default-src 'none'"), Not(HasSubstr("script-src 'unsafe")),
                    HasSubstr("frame-ancestors 'none'")));
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(service.exchange(request("GET", "/ui")).headers.at("location"), "/ui/");
  EXPECT_EQ(service.exchange(request("GET", "/ui/history")).body, page.body);
  EXPECT_EQ(service.exchange(request("GET", "/ui/assets/none.js")).status, 404);
}

}  // namespace
}  // namespace auscult::api_test
