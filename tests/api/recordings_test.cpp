#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "service_under_test.hpp"

// The versioned interface.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::StartsWith;

/// Uploads and returns the recording that is answered.
Json create(const ServiceUnderTest& service, const std::string& query = "") {
  const Reply reply = service.exchange(request("POST", "/v1/recordings" + query, heart_sounds()));
  EXPECT_EQ(reply.status, 201) << reply.body;
  return Json::parse(reply.body);
}

Json get(const ServiceUnderTest& service, const std::string& target, int status = 200) {
  const Reply reply = service.exchange(request("GET", target));
  EXPECT_EQ(reply.status, status) << target << ": " << reply.body;
  EXPECT_EQ(reply.headers.at("content-type"),
            status < 400 ? "application/json" : "application/problem+json");
  return Json::parse(reply.body, nullptr, false);
}

std::vector<std::string> ids_of(const Json& page) {
  std::vector<std::string> ids;
  for (const Json& recording : page.at("recordings")) ids.push_back(recording.at("id"));
  return ids;
}

TEST(Recordings, AnUploadIsAnsweredWithTheWholeResultAndItsPlace) {
  ServiceUnderTest service;
  const Reply reply = service.exchange(
      request("POST", "/v1/recordings?device=ward-3", heart_sounds(), "X-Device-Id: other\r\n"));
  EXPECT_EQ(reply.status, 201);
  const Json recording = Json::parse(reply.body);
  EXPECT_EQ(recording.at("device"), "ward-3");
  EXPECT_EQ(recording.at("duration_s"), 3.0);
  EXPECT_EQ(recording.at("probabilities").size(), 5U);
  EXPECT_TRUE(recording.contains("disclaimer"));
  EXPECT_EQ(reply.headers.at("location"),
            "/v1/recordings/" + recording.at("id").get<std::string>());
  EXPECT_EQ(get(service, reply.headers.at("location")), recording);
}

bool has_evidence(const Json& recording) {
  for (const char* list : {"windows", "beats"}) {
    for (const Json& moment : recording.at(list)) {
      if (moment.contains("evidence")) return true;
    }
  }
  return false;
}

TEST(Recordings, SayWhatSpeaksForTheAnswerToWhoAsks) {
  ServiceUnderTest service;
  const Json plain = create(service);
  const Json asked = create(service, "?evidence=true");
  EXPECT_FALSE(has_evidence(plain));
  EXPECT_TRUE(has_evidence(asked));
  EXPECT_EQ(asked.at("probabilities"), plain.at("probabilities"));

  const Json later =
      get(service, "/v1/recordings/" + plain.at("id").get<std::string>() + "/evidence");
  EXPECT_EQ(later.at("id"), plain.at("id"));
  EXPECT_EQ(later.at("same_model"), true);
  EXPECT_EQ(later.at("class"), plain.at("class"));
  EXPECT_EQ(later.at("windows"), asked.at("windows"));
  EXPECT_EQ(later.at("beats"), asked.at("beats"));
}

TEST(Recordings, HaveNoEvidenceThatIsNotThere) {
  ServiceUnderTest service;
  get(service, "/v1/recordings/019ab2c4-7d00-7000-8000-0123456789ab/evidence", 404);
  const Reply reply =
      service.exchange(request("POST", "/v1/recordings?evidence=maybe", heart_sounds()));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("maybe"));
}

TEST(Recordings, AreListedNewestFirstInPages) {
  ServiceUnderTest service;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.insert(ids.begin(), create(service).at("id"));

  const Json all = get(service, "/v1/recordings");
  EXPECT_EQ(ids_of(all), ids);
  EXPECT_TRUE(all.at("next_cursor").is_null());

  const Json first = get(service, "/v1/recordings?limit=2");
  EXPECT_EQ(ids_of(first), std::vector(ids.begin(), ids.begin() + 2));
  const Json second =
      get(service, "/v1/recordings?limit=2&cursor=" + first.at("next_cursor").get<std::string>());
  EXPECT_EQ(ids_of(second), std::vector(ids.begin() + 2, ids.end()));
  EXPECT_TRUE(second.at("next_cursor").is_null());
}

TEST(Recordings, AreFilteredByDeviceClassAndTime) {
  ServiceUnderTest service;
  const Json recording = create(service, "?device=a");
  const std::string of_class = "/v1/recordings?class=";
  EXPECT_EQ(ids_of(get(service, "/v1/recordings?device=a")).size(), 1U);
  EXPECT_EQ(ids_of(get(service, "/v1/recordings?device=b")).size(), 0U);
  EXPECT_EQ(ids_of(get(service, of_class + recording.at("class").get<std::string>())).size(), 1U);
  EXPECT_EQ(ids_of(get(service, "/v1/recordings?from=2020-01-01")).size(), 1U);
  EXPECT_EQ(ids_of(get(service, "/v1/recordings?to=2020-01-01T00:00:00Z")).size(), 0U);
}

TEST(Recordings, RefuseAFilterThatMakesNoSense) {
  ServiceUnderTest service;
  for (const auto& [query, named] :
       {std::pair("limit=0", "0"), std::pair("limit=501", "501"), std::pair("limit=ten", "ten"),
        std::pair("class=Rumble", "Rumble"), std::pair("from=yesterday", "yesterday"),
        std::pair("cursor=nonsense", "cursor"), std::pair("devise=a", "devise"),
        std::pair("device=a&device=b", "device")}) {
    const Json problem = get(service, std::string("/v1/recordings?") + query, 400);
    EXPECT_EQ(problem.at("code"), "invalid_argument");
    EXPECT_EQ(problem.at("status"), 400);
    EXPECT_THAT(problem.at("detail").get<std::string>(), HasSubstr(named));
  }
}

TEST(Recordings, TheLatestIsThatOfADeviceOrOfAll) {
  ServiceUnderTest service;
  get(service, "/v1/latest", 404);
  const Json a = create(service, "?device=a");
  const Json b = create(service, "?device=b");
  EXPECT_EQ(get(service, "/v1/latest"), b);
  EXPECT_EQ(get(service, "/v1/latest?device=a"), a);
  EXPECT_EQ(get(service, "/v1/latest?device=c", 404).at("code"), "not_found");
}

TEST(Recordings, AreGoneAfterDelete) {
  ServiceUnderTest service;
  const std::string path = "/v1/recordings/" + create(service).at("id").get<std::string>();
  const Reply removed = service.exchange(request("DELETE", path));
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.headers.count("content-length"), 0U);
  get(service, path, 404);
  get(service, path + "/audio", 404);
  EXPECT_EQ(service.exchange(request("DELETE", path)).status, 404);
}

TEST(Recordings, NothingButAnIdReachesTheStore) {
  ServiceUnderTest service;
  for (const char* id : {"x", "..%2F..%2Fdata.json", "'%20or%201=1", "%00"}) {
    EXPECT_EQ(get(service, std::string("/v1/recordings/") + id, 404).at("code"), "not_found");
  }
}

TEST(Audio, IsTheUploadAsAWav) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds();
  const std::string path =
      "/v1/recordings/" + create(service).at("id").get<std::string>() + "/audio";
  const Reply reply = service.exchange(request("GET", path));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "audio/wav");
  EXPECT_EQ(reply.headers.at("accept-ranges"), "bytes");
  EXPECT_THAT(reply.body, StartsWith("RIFF"));
  EXPECT_EQ(reply.body.substr(reply.body.size() - pcm.size()), pcm) << "not amplified";

  const Reply head = service.connect().exchange(request("HEAD", path), true);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(reply.body.size()));
}

TEST(Audio, IsSentInRanges) {
  ServiceUnderTest service;
  const std::string path =
      "/v1/recordings/" + create(service).at("id").get<std::string>() + "/audio";
  Client client = service.connect();
  const Reply whole = client.exchange(request("GET", path));
  const std::string size = std::to_string(whole.body.size());

  const Reply part = client.exchange(request("GET", path, "", "Range: bytes=4-11\r\n"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.body.substr(4, 8));
  EXPECT_EQ(part.headers.at("content-range"), "bytes 4-11/" + size);

  const Reply end = client.exchange(request("GET", path, "", "Range: bytes=-5\r\n"));
  EXPECT_EQ(end.body, whole.body.substr(whole.body.size() - 5));

  const Reply outside = client.exchange(request("GET", path, "", "Range: bytes=" + size + "-\r\n"));
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.headers.at("content-range"), "bytes */" + size);

  const Reply stale = client.exchange(
      request("GET", path, "", "Range: bytes=0-1\r\nIf-Range: \"something else\"\r\n"));
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body.size(), whole.body.size());

  const Reply known = client.exchange(
      request("GET", path, "", "If-None-Match: " + whole.headers.at("etag") + "\r\n"));
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(client.exchange(request("GET", "/healthz")).status, 200) << "and has no content";
}

TEST(Errors, OfAnUploadAreProblemsUnderV1) {
  ServiceUnderTest service;
  for (const auto& [text, status] :
       {std::pair(request("POST", "/v1/recordings"), 400),
        std::pair(request("POST", "/v1/recordings?gain=loud", "abcd"), 400),
        std::pair(request("POST", "/v1/recordings", "a"), 400),
        std::pair(request("POST", "/v1/recordings", "abcd", "Content-Encoding: gzip\r\n"), 415)}) {
    const Reply reply = service.exchange(text);
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
    EXPECT_EQ(Json::parse(reply.body).at("status"), status);
  }
}

TEST(Model, SaysWhatItIsAndHowGood) {
  Configuration configuration;
  configuration.model_metrics = R"({"auroc": 0.9})";
  ServiceUnderTest service(configuration);
  const Json model = get(service, "/v1/model");
  EXPECT_EQ(model.at("labels"), Json({"Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"}));
  EXPECT_EQ(model.at("sha256"), create(service).at("model").at("sha256"));
  EXPECT_EQ(model.at("measured_quality").at("auroc"), 0.9);
}

TEST(Health, IsToldToProbes) {
  ServiceUnderTest service;
  EXPECT_EQ(get(service, "/healthz").at("status"), "ok");
  EXPECT_EQ(get(service, "/readyz").at("status"), "ready");
}

TEST(Create, RefusesAnAddressItCannotBind) {
  ServiceUnderTest service;
  http::ServerConfig config;
  for (const auto& [address, port] :
       {std::pair("localhost", 0), std::pair("127.0.0.1", static_cast<int>(service.port())),
        std::pair("192.0.2.1", 0)}) {
    config.address = address;
    config.port = static_cast<std::uint16_t>(port);
    const auto server = http::Server::create(
        config, service.recordings(),
        std::make_unique<http::Workers>(std::vector<classify::Workspace>{}, 1));
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().message, HasSubstr(address));
  }
}

}  // namespace
}  // namespace auscult::api_test
