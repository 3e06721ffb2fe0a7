#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "access/secret.hpp"
#include "http/router.hpp"
#include "http/stream_client.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"
#include "support/certificate.hpp"
#include "support/process.hpp"

// Who may do what, against a real server.
namespace auscult::api_test {
namespace {

using json::Json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAll = "upload read listen admin";
// As a proxy says it; nothing of this machine's then.
constexpr const char* kFromElsewhere = "X-Forwarded-For: 192.0.2.7\r\n";

Configuration with(access::Openness openness) {
  Configuration configuration;
  configuration.openness = openness;
  configuration.server.audit_uploads = true;
  return configuration;
}

std::string bearer(const std::string& key) { return "Authorization: Bearer " + key + "\r\n"; }

class Access : public ::testing::Test {
 protected:
  explicit Access(access::Openness openness = access::Openness::closed)
      : service_(with(openness)) {}

  std::string key(const std::string& scopes, std::optional<int> per_minute = std::nullopt) {
    const access::NewKey made = access::make_key();
    storage::ApiKey key;
    key.id = made.id;
    key.name = "test";
    key.scopes = scopes;
    key.secret_sha256 = made.secret_sha256;
    key.created_at = now();
    key.requests_per_minute = per_minute;
    // Another connection than the service's, as the command's is.
    auto store = storage::SqliteKeyStore::open(service_.folder());
    EXPECT_TRUE(store && store->insert(key));
    return made.text;
  }
  void revoke(const std::string& key) {
    auto store = storage::SqliteKeyStore::open(service_.folder());
    EXPECT_TRUE(store && store->revoke(std::string(access::parse_key(key)->id), now()));
  }
  Reply get(const std::string& path, const std::string& headers = "") {
    return service_.exchange(request("GET", path, "", headers));
  }
  std::string log() {
    std::ifstream file(service_.folder() / "audit.jsonl");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  ServiceUnderTest service_;
};

class OpenAsTheContract : public Access {
 protected:
  OpenAsTheContract() : Access(access::Openness::contract) {}
};

std::string path_of(const http::Route& route) {
  std::string path(route.pattern);
  for (const char* part : {"{id}", "{name}", "{path}"}) {
    const std::size_t at = path.find(part);
    if (at != std::string::npos) path.replace(at, std::strlen(part), "x");
  }
  return path;
}

TEST_F(Access, EveryRouteWantsTheScopeThatItDeclares) {
  for (const http::Route& route : http::routes()) {
    const std::string method(boost::beast::http::to_string(route.method));
    const std::string path = path_of(route);
    SCOPED_TRACE(std::string(method).append(" ").append(path));
    const auto status = [&](const std::string& headers) {
      const std::string length = method == "GET" ? "" : "Content-Length: 0\r\n";
      Client client = service_.connect();
      client.send(request(method, path, "", headers + length));
      const std::string line = client.receive_until("\r\n");  // The feed of events has no end.
      return line.size() > 12 ? std::stoi(line.substr(9, 3)) : 0;
    };
    if (!route.access.scope) {
      EXPECT_THAT(status(""), AllOf(Not(403), Not(0)));
      EXPECT_TRUE(path == "/v1/login" || status("") != 401);
      continue;
    }
    const std::string scope(to_string(*route.access.scope));
    std::string others = kAll;
    others.erase(others.find(scope), scope.size());
    const bool may_bring_it_later = std::holds_alternative<http::Stream>(route.handler);
    EXPECT_EQ(status(""), may_bring_it_later ? 426 : 401);
    EXPECT_EQ(status(bearer(access::make_key().text)), 401);
    EXPECT_EQ(status(bearer(key(others))), 403);
    EXPECT_THAT(status(bearer(key(scope))), AllOf(Not(401), Not(403), Not(0)));
  }
}

TEST_F(Access, AClosedServiceShowsThatItLivesAndItsPagesAndNothingElse) {
  std::vector<std::string> open;
  for (const http::Route& route : http::routes()) {
    if (!route.access.scope) open.emplace_back(route.pattern);
  }
  EXPECT_THAT(open, ::testing::UnorderedElementsAre("/login", "/v1/login", "/v1/logout", "/ui",
                                                    "/ui/{path}", "/healthz", "/readyz",
                                                    "/v2/health/live", "/v2/health/ready"));
}

TEST_F(Access, NoPageOfAClosedServiceShowsARecording) {
  const std::string upload = bearer(key("upload"));
  service_.exchange(request("POST", "/upload_audio?device=ward-3", heart_sounds(), upload));
  for (const char* path : {"/", "/ui", "/ui/", "/ui/history", "/login", "/readyz", "/nothing"}) {
    EXPECT_THAT(get(path, "Accept: text/html\r\n").body, Not(HasSubstr("ward-3"))) << path;
  }
}

TEST_F(Access, ARefusalSaysWhatToDo) {
  const Reply reply = get("/v1/recordings");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.at("www-authenticate"), "Bearer realm=\"auscult\"");
  EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
  EXPECT_THAT(std::string(Json::parse(reply.body)["detail"]),
              HasSubstr("auscult keys create --name NAME --scopes read"));
  const Reply lacking = get("/v1/recordings", bearer(key("upload")));
  EXPECT_EQ(lacking.status, 403);
  EXPECT_THAT(std::string(Json::parse(lacking.body)["detail"]), HasSubstr("\"read\""));
}

TEST_F(Access, ADeviceWithoutAKeyIsToldInALineForItsDisplay) {
  const Reply reply = service_.exchange(request("POST", "/upload_audio", heart_sounds()));
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain");
  EXPECT_EQ(reply.body, "API key needed: X-Api-Key");
  const std::string header = "X-Api-Key: " + key("upload") + "\r\n";
  EXPECT_EQ(service_.exchange(request("POST", "/upload_audio", heart_sounds(), header)).status,
            200);
}

TEST_F(Access, AKeyHoldsFromItsMakingToItsRevocation) {
  const std::string made = key("read");
  EXPECT_EQ(get("/v1/recordings", bearer(made)).status, 200);
  Client open = service_.connect();
  EXPECT_EQ(open.exchange(request("GET", "/v1/recordings", "", bearer(made))).status, 200);
  revoke(made);
  EXPECT_EQ(get("/v1/recordings", bearer(made)).status, 401);
  EXPECT_EQ(open.exchange(request("GET", "/v1/recordings", "", bearer(made))).status, 401);
}

TEST_F(Access, AFeedEndsWithItsKey) {
  const std::string made = key("read");
  Client listener = service_.connect();
  listener.send(request("GET", "/v1/events", "", bearer(made)));
  EXPECT_THAT(listener.receive_until("\r\n\r\n"), HasSubstr("200 OK"));
  EXPECT_THAT(listener.receive_until("\n\n"), Not(""));
  revoke(made);
  const Reply stored =
      service_.exchange(request("POST", "/v1/recordings", heart_sounds(), bearer(key("upload"))));
  ASSERT_EQ(stored.status, 201);
  EXPECT_THAT(listener.receive_all(), Not(HasSubstr("event: recording")));
}

TEST_F(Access, AKeyIsHeldToItsRate) {
  const std::string made = key("read", 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/v1/devices", bearer(made)).status, 200);
  const Reply refused = get("/v1/devices", bearer(made));
  EXPECT_EQ(refused.status, 429);
  const int wait_s = std::stoi(refused.headers.at("retry-after"));
  EXPECT_GE(wait_s, 1);
  EXPECT_LE(wait_s, 20);
  EXPECT_EQ(get("/v1/devices", bearer(key("read"))).status, 200);
}

TEST_F(Access, AKeyInAnAddressIsRefused) {
  const Reply reply = get("/v1/latest?device=" + key("read"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(Json::parse(reply.body)["code"], "key_in_url");
}

std::string cookie_of(const Reply& reply) {
  const std::string& cookie = reply.headers.at("set-cookie");
  return "Cookie: other=1; " + cookie.substr(0, cookie.find(';')) + "\r\n";
}

TEST_F(Access, ALoginGivesABrowserAKeysRights) {
  const std::string body = R"({"key": ")" + key("read,admin") + "\"}";
  const Reply login = service_.exchange(request("POST", "/v1/login", body));
  ASSERT_EQ(login.status, 200) << login.body;
  EXPECT_EQ(Json::parse(login.body)["scopes"], "read admin");
  EXPECT_THAT(
      login.headers.at("set-cookie"),
      AllOf(HasSubstr("; HttpOnly"), HasSubstr("; SameSite=Strict"), Not(HasSubstr("Secure"))));
  const std::string cookie = cookie_of(login);
  EXPECT_EQ(get("/v1/recordings", cookie).status, 200);
  EXPECT_EQ(get("/v1/recordings/x/audio", cookie).status, 403);

  const std::string own_page = "Origin: http://test\r\n";
  EXPECT_EQ(service_.exchange(request("POST", "/v1/logout", "{}", cookie + own_page)).status, 200);
  EXPECT_EQ(get("/v1/recordings", cookie).status, 401);
}

TEST_F(Access, ALoginIsRefusedWithAWrongKey) {
  const std::string body = R"({"key": ")" + access::make_key().text + "\"}";
  const Reply refused = service_.exchange(request("POST", "/v1/login", body));
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.count("set-cookie"), 0U);
}

TEST_F(Access, AFormLogsInAndLeadsToTheDashboard) {
  EXPECT_EQ(get("/", "Accept: text/html\r\n").headers.at("location"), "/login");
  const Reply page = get("/login");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-security-policy"),
              AllOf(HasSubstr("form-action 'self'"), Not(HasSubstr("unsafe"))));
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const Reply login = service_.exchange(request("POST", "/v1/login", "key=" + key("read"), form));
  EXPECT_EQ(login.status, 303);
  EXPECT_EQ(login.headers.at("location"), "/");
  EXPECT_EQ(get("/", cookie_of(login) + "Accept: text/html\r\n").status, 200);
  EXPECT_EQ(service_.exchange(request("POST", "/v1/login", "key=1", form)).status, 401);
}

TEST_F(Access, ACookieCountsForNothingInARequestOfAnotherPage) {
  const std::string body = R"({"key": ")" + key(kAll) + "\"}";
  const std::string cookie = cookie_of(service_.exchange(request("POST", "/v1/login", body)));
  const auto settings = [&](const std::string& headers) {
    return service_.exchange(request("PUT", "/v1/devices/d", R"({"gain": 2})", cookie + headers))
        .status;
  };
  EXPECT_EQ(settings("Origin: http://test\r\n"), 200);
  EXPECT_EQ(settings("Sec-Fetch-Site: same-origin\r\n"), 200);
  EXPECT_EQ(settings("Origin: http://elsewhere\r\n"), 403);
  EXPECT_EQ(settings("Origin: http://test\r\nSec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(settings(""), 403);
  EXPECT_EQ(
      service_.exchange(request("POST", "/v1/login", body, "Origin: http://elsewhere\r\n")).status,
      403);
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(get("/v1/stream", cookie + upgrade + "Origin: http://elsewhere\r\n").status, 403);
  EXPECT_EQ(get("/v1/stream", cookie + upgrade + "Origin: http://test\r\n").status, 101);
}

Status stream_with(const ServiceUnderTest& service, const Json& hello) {
  const std::string pcm = heart_sounds();
  std::size_t sent = 0;
  http::StreamRequest stream;
  stream.url = "ws://127.0.0.1:" + std::to_string(service.port());
  stream.hello = hello;
  stream.read = [&](std::span<std::byte> block) {
    const std::size_t count = std::min(block.size(), pcm.size() - sent);
    std::memcpy(block.data(), pcm.data() + sent, count);
    sent += count;
    return count;
  };
  stream.receive = [](const Json&) {};
  return http::stream_audio(stream);
}

TEST_F(Access, ALiveStreamMayBringItsKeyInTheHello) {
  const Status stored = stream_with(service_, {{"key", key("upload")}});
  EXPECT_TRUE(stored) << stored.error().message;
  const Status without = stream_with(service_, Json::object());
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("API key with the scope \"upload\""));
  EXPECT_FALSE(stream_with(service_, {{"key", key("read")}}));
  EXPECT_FALSE(stream_with(service_, {{"key", access::make_key().text}}));
}

TEST_F(OpenAsTheContract, ToTheNetworkTheContractAndNoMore) {
  EXPECT_EQ(
      service_.exchange(request("POST", "/upload_audio", heart_sounds(), kFromElsewhere)).status,
      200);
  EXPECT_EQ(get("/", kFromElsewhere).status, 200);
  EXPECT_EQ(get("/v1/recordings", kFromElsewhere).status, 401);
  EXPECT_EQ(
      service_.exchange(request("POST", "/v1/recordings", heart_sounds(), kFromElsewhere)).status,
      401);
  EXPECT_EQ(get("/v1/recordings", kFromElsewhere + bearer(key("read"))).status, 200);
}

TEST_F(OpenAsTheContract, ToThisMachineEverything) {
  EXPECT_EQ(get("/v1/recordings").status, 200);
  EXPECT_EQ(service_.exchange("GET /v1/recordings HTTP/1.0\r\n\r\n").status, 200);
  // A page whose name was bound to our address, and one that asks from elsewhere.
  EXPECT_EQ(service_.exchange("GET /v1/recordings HTTP/1.1\r\nHost: evil.example\r\n\r\n").status,
            401);
  EXPECT_EQ(service_
                .exchange(request("PUT", "/v1/devices/d", R"({"gain": 2})",
                                  "Origin: http://evil.example\r\n"))
                .status,
            401);
}

TEST_F(OpenAsTheContract, AForeignTokenIsIgnoredWhereNoneIsNeeded) {
  const std::string foreign = std::string(kFromElsewhere) + "Authorization: Bearer other\r\n";
  EXPECT_EQ(service_.exchange(request("POST", "/upload_audio", heart_sounds(), foreign)).status,
            200);
  const std::string ours = kFromElsewhere + bearer(access::make_key().text);
  EXPECT_EQ(service_.exchange(request("POST", "/upload_audio", heart_sounds(), ours)).status, 401);
}

TEST_F(Access, WhoListensDeletesAndFailsIsWrittenDown) {
  const std::string all = key(kAll);
  const std::string who = "key:" + std::string(access::parse_key(all)->id);
  const Reply stored =
      service_.exchange(request("POST", "/v1/recordings", heart_sounds(), bearer(all)));
  const std::string path = stored.headers.at("location");
  const std::string id = path.substr(path.rfind('/') + 1);
  EXPECT_EQ(get(path, bearer(all)).status, 200);
  EXPECT_EQ(get(path + "/audio", bearer(all)).status, 200);
  EXPECT_EQ(get("/v1/recordings/export.zip?ids=" + id, bearer(all)).status, 200);
  EXPECT_EQ(
      service_.exchange(request("PATCH", path, R"({"note": "a secret note"})", bearer(all))).status,
      200);
  EXPECT_EQ(service_.exchange(request("DELETE", path, "", bearer(all))).status, 204);
  EXPECT_EQ(get("/v1/recordings").status, 401);

  std::vector<std::string> said;
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line);) {
    const Json entry = Json::parse(line);
    said.push_back(std::string(entry["who"]) + " " + std::string(entry["method"]) + " " +
                   std::string(entry["route"]) + " " + entry.value("target", "") + " " +
                   entry["outcome"].dump() + " " + std::string(entry["from"]));
  }
  const std::string tail = " 127.0.0.1";
  EXPECT_THAT(said,
              ::testing::ElementsAre(who + " POST /v1/recordings " + id + " 201" + tail,
                                     who + " GET /v1/recordings/{id}/audio " + id + " 200" + tail,
                                     who + " GET /v1/recordings/export.zip " + id + " 200" + tail,
                                     who + " PATCH /v1/recordings/{id} " + id + " 200" + tail,
                                     who + " DELETE /v1/recordings/{id} " + id + " 204" + tail,
                                     "anonymous GET /v1/recordings  401" + tail));
  EXPECT_THAT(log(), Not(HasSubstr("secret note")));
  const auto verdict = access::verify_audit_log(service_.folder());
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->problem, "");
  EXPECT_EQ(verdict->head.lines, 6);
}

TEST_F(Access, NeitherSecretsNorSoundGetIntoTheLogs) {
  std::ostringstream written;
  const auto before = spdlog::default_logger();
  const auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(written));
  logger->set_level(spdlog::level::trace);
  spdlog::set_default_logger(logger);

  const std::string all = key(kAll);
  const std::string wrong = access::make_key().text;
  std::string sound = heart_sounds();
  const std::string mark = "SoUnDmArK";
  sound.replace(5'000, mark.size(), mark);
  const std::string body = R"({"key": ")" + all + "\"}";
  const Reply login = service_.exchange(request("POST", "/v1/login", body));
  const std::string cookie = cookie_of(login);
  service_.exchange(request("POST", "/v1/login", R"({"key": ")" + wrong + "\"}"));
  const Reply stored =
      service_.exchange(request("POST", "/v1/recordings", sound, "X-Api-Key: " + all + "\r\n"));
  get(stored.headers.at("location") + "/audio", cookie);
  get("/v1/recordings?key=" + all);
  get("/v1/recordings", bearer(wrong));
  service_.exchange(request("POST", "/upload_audio", mark, bearer(all)));
  EXPECT_TRUE(stream_with(service_, {{"key", all}}));
  EXPECT_FALSE(stream_with(service_, {{"key", wrong}}));
  service_.stop();
  service_.join();
  spdlog::set_default_logger(before);

  const std::string session = cookie.substr(cookie.find("session=") + 8, 64);
  const std::string logs = written.str() + log();
  EXPECT_THAT(logs, HasSubstr("POST /v1/recordings"));
  for (const std::string& secret : {all, wrong, session, mark}) {
    EXPECT_THAT(logs, Not(HasSubstr(secret)));
  }
  for (const std::string& text : {all, wrong}) {
    const std::string secret(access::parse_key(text)->secret);
    EXPECT_THAT(logs, Not(HasSubstr(secret)));
    EXPECT_THAT(logs, Not(HasSubstr(access::hash_secret(secret))));
  }
}

TEST(AccessUnderTls, TheCookieIsForTlsOnlyAndTheHostIsPinned) {
  const TemporaryFolder folder;
  const auto files = auscult::testing::write_certificate(folder.path(), "test");
  Configuration configuration = with(access::Openness::everyone);
  configuration.server.tls_certificate = files.certificate;
  configuration.server.tls_key = files.key;
  const ServiceUnderTest service(configuration);
  auto store = storage::SqliteKeyStore::open(service.folder());
  const access::NewKey made = access::make_key();
  storage::ApiKey key;
  key.id = made.id;
  key.scopes = "read";
  key.secret_sha256 = made.secret_sha256;
  ASSERT_TRUE(store && store->insert(key));
  Client client(service.port(), ClientTls{});
  const Reply login =
      client.exchange(request("POST", "/v1/login", R"({"key": ")" + made.text + "\"}"));
  ASSERT_EQ(login.status, 200);
  EXPECT_THAT(login.headers.at("set-cookie"),
              AllOf(StartsWith("__Host-auscult_session="), HasSubstr("; Secure")));
  EXPECT_EQ(login.headers.at("strict-transport-security"), "max-age=31536000");
}

TEST(SecurityHeaders, AreOnEveryAnswerButADevices) {
  const ServiceUnderTest service;
  for (const char* path : {"/", "/v1/recordings", "/healthz", "/nothing", "/login", "/ui/x"}) {
    SCOPED_TRACE(path);
    const Reply reply = service.exchange(request("GET", path));
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer");
    EXPECT_EQ(reply.headers.at("cross-origin-resource-policy"), "same-origin");
    EXPECT_THAT(reply.headers.at("content-security-policy"),
                AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"),
                      Not(HasSubstr("unsafe"))));
    EXPECT_EQ(reply.headers.count("strict-transport-security"), 0U);
  }
  const Reply page = service.exchange(request("GET", "/", "", "Accept: text/html\r\n"));
  EXPECT_EQ(page.headers.at("cross-origin-opener-policy"), "same-origin");
  EXPECT_THAT(page.headers.at("permissions-policy"), HasSubstr("microphone=(self)"));
  const Reply device = service.exchange(request("POST", "/upload_audio", heart_sounds()));
  EXPECT_EQ(device.headers.count("content-security-policy"), 0U);
}

}  // namespace
}  // namespace auscult::api_test
