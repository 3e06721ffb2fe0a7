// What is done later, histories that are judged anew, and who is told of recordings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "json/json.hpp"
#include "queue/webhook.hpp"
#include "service/queue.hpp"
#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kUnknown = "019ac2f0-0000-7000-8000-000000000000";

/// Whether it becomes true in the time in which everything here does.
bool becomes(const std::function<bool()>& is_true) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

Configuration with_runner(unsigned judges = 1) {
  Configuration configuration;
  configuration.queue_workers = judges;
  return configuration;
}

Reply post_async(const ServiceUnderTest& service, const std::string& body,
                 const std::string& headers = "") {
  return service.exchange(request("POST", "/v1/recordings?mode=async&device=ward", body, headers));
}

Json get(const ServiceUnderTest& service, const std::string& path) {
  const Reply reply = service.exchange(request("GET", path));
  EXPECT_EQ(reply.status, 200) << reply.body;
  return Json::parse(reply.body);
}

std::string code_of(const Reply& reply) { return Json::parse(reply.body).at("code"); }

TEST(AsyncUpload, IsKeptAndBecomesTheRecordingThatItWouldHaveBeen) {
  ServiceUnderTest service(with_runner());
  const std::string sound = heart_sounds(2);
  const Reply kept = post_async(service, sound);
  ASSERT_EQ(kept.status, 202) << kept.body;
  const Json accepted = Json::parse(kept.body);
  EXPECT_EQ(accepted["state"], "waiting");
  const std::string path = kept.headers.at("location");
  EXPECT_EQ(path, "/v1/recordings/" + accepted["id"].get<std::string>());
  EXPECT_EQ(kept.headers.at("retry-after"), "1");

  Reply shown;
  ASSERT_TRUE(becomes([&] {
    shown = service.exchange(request("GET", path));
    return shown.status != 202;
  }));
  ASSERT_EQ(shown.status, 200) << shown.body;
  Json later = Json::parse(shown.body);
  EXPECT_EQ(later["id"], accepted["id"]);
  const Reply at_once = service.exchange(request("POST", "/v1/recordings?device=ward", sound));
  ASSERT_EQ(at_once.status, 201) << at_once.body;
  Json now = Json::parse(at_once.body);
  for (const char* member : {"id", "received_at", "timings"}) {
    later.erase(member);
    now.erase(member);
  }
  EXPECT_EQ(later, now);
  EXPECT_THAT(get(service, "/v1/jobs")["jobs"], SizeIs(0));
}

TEST(AsyncUpload, WaitsWhereNobodyWorksAndIsShown) {
  ServiceUnderTest service;
  const Reply kept = post_async(service, heart_sounds(1));
  ASSERT_EQ(kept.status, 202);
  const Reply shown = service.exchange(request("GET", kept.headers.at("location")));
  EXPECT_EQ(shown.status, 202);
  EXPECT_EQ(Json::parse(shown.body)["state"], "waiting");
  const Json jobs = get(service, "/v1/jobs?kind=upload");
  ASSERT_THAT(jobs["jobs"], SizeIs(1));
  EXPECT_EQ(jobs["jobs"][0]["id"], Json::parse(kept.body)["id"]);
  EXPECT_EQ(jobs["jobs"][0]["state"], "waiting");
  EXPECT_EQ(jobs["counts"][0]["waiting"], 1);
  EXPECT_THAT(service.exchange(request("GET", "/metrics")).body,
              HasSubstr("auscult_jobs{kind=\"upload\",state=\"waiting\"} 1"));
  EXPECT_EQ(service.exchange(request("GET", std::string("/v1/recordings/") + kUnknown)).status,
            404);
}

TEST(AsyncUpload, ThatIsSentAgainIsTheSameOne) {
  Configuration configuration;
  configuration.service.retry_window = std::chrono::seconds(60);
  ServiceUnderTest service(configuration);
  const std::string sound = heart_sounds(1);
  const Reply first = post_async(service, sound);
  const Reply again = post_async(service, sound);
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(Json::parse(again.body)["id"], Json::parse(first.body)["id"]);

  const Reply keyed = post_async(service, sound, "Idempotency-Key: one\r\n");
  EXPECT_NE(Json::parse(keyed.body)["id"], Json::parse(first.body)["id"]);
  const Reply reused = post_async(service, heart_sounds(1.5), "Idempotency-Key: one\r\n");
  EXPECT_EQ(reused.status, 422);
  EXPECT_EQ(code_of(reused), "idempotency_key_reused");
}

TEST(AsyncUpload, ThatWasAnsweredGetsItsAnswer) {
  ServiceUnderTest service(with_runner());
  const std::string sound = heart_sounds(1);
  const Reply kept = post_async(service, sound, "Idempotency-Key: one\r\n");
  ASSERT_TRUE(becomes(
      [&] { return service.exchange(request("GET", kept.headers.at("location"))).status == 200; }));
  const Reply again = post_async(service, sound, "Idempotency-Key: one\r\n");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(Json::parse(again.body)["id"], Json::parse(kept.body)["id"]);
}

TEST(AsyncUpload, ThatIsNoSoundIsGivenUpAndSaysWhy) {
  ServiceUnderTest service(with_runner());
  const Reply kept = post_async(service, "RIFF\x10---WAVEnothing of the kind");
  ASSERT_EQ(kept.status, 202);
  Reply shown;
  ASSERT_TRUE(becomes([&] {
    shown = service.exchange(request("GET", kept.headers.at("location")));
    return shown.status != 202;
  }));
  EXPECT_EQ(shown.status, 400);
  EXPECT_EQ(code_of(shown), "malformed_audio");
  const Json dead = get(service, "/v1/jobs?dead=true")["jobs"];
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0]["error"]["code"], "malformed_audio");
  EXPECT_EQ(dead[0]["attempts"], 1);

  const std::string job = "/v1/jobs/" + dead[0]["id"].get<std::string>();
  EXPECT_EQ(service.exchange(request("POST", job + "/retry")).status, 204);
  ASSERT_TRUE(becomes([&] { return !get(service, "/v1/jobs?dead=true")["jobs"].empty(); }));
  EXPECT_EQ(get(service, "/v1/jobs?dead=true")["jobs"][0]["attempts"], 2);
  EXPECT_EQ(service.exchange(request("DELETE", job)).status, 204);
  EXPECT_EQ(service.exchange(request("DELETE", job)).status, 404);
  EXPECT_EQ(service.exchange(request("GET", kept.headers.at("location"))).status, 404);
}

TEST(AsyncUpload, ThatMakesNoSenseIsRefusedAtOnce) {
  ServiceUnderTest service;
  EXPECT_EQ(post_async(service, "").status, 400);
  const Reply rate = service.exchange(
      request("POST", "/v1/recordings?mode=async&sample_rate=ten", heart_sounds(1)));
  EXPECT_EQ(rate.status, 400);
  const Reply mode = service.exchange(request("POST", "/v1/recordings?mode=later", "xx"));
  EXPECT_EQ(mode.status, 400);
  EXPECT_THAT(mode.body, HasSubstr("mode \\\"later\\\" is neither sync nor async"));
  EXPECT_EQ(service.exchange(request("GET", "/v1/jobs?kind=none")).status, 400);
}

TEST(AsyncUpload, IsRefusedByAFullQueue) {
  Configuration configuration;
  configuration.service.queue.max_uploads = 1;
  ServiceUnderTest service(configuration);
  ASSERT_EQ(post_async(service, heart_sounds(1)).status, 202);
  const Reply full = post_async(service, heart_sounds(1.5));
  EXPECT_EQ(full.status, 503);
  EXPECT_THAT(full.body, HasSubstr("the queue is full"));
  EXPECT_TRUE(full.headers.contains("retry-after"));
}

TEST(Reclassify, JudgesTheHistoryAnewAndKeepsBothAnswers) {
  ServiceUnderTest service(with_runner(2));
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const std::string device = i < 2 ? "ward" : "theatre";
    const Reply reply = service.exchange(
        request("POST", "/v1/recordings?device=" + device, heart_sounds(1 + 0.1 * i)));
    ids.push_back(Json::parse(reply.body)["id"]);
  }
  const Reply begun = service.exchange(request("POST", "/v1/reclassifications?device=ward"));
  ASSERT_EQ(begun.status, 202) << begun.body;
  EXPECT_EQ(Json::parse(begun.body)["where"], "device=ward");
  const std::string path = begun.headers.at("location");
  ASSERT_TRUE(becomes([&] { return get(service, path)["state"] == "finished"; }));
  const Json done = get(service, path);
  EXPECT_EQ(done["total"], 2);
  EXPECT_EQ(done["judged"], 2);
  EXPECT_EQ(done["failed"], 0);
  // By the same model, nothing has changed.
  for (const Json& change : done["changes"]) EXPECT_EQ(change["from"], change["to"]);
  EXPECT_THAT(get(service, "/v1/reclassifications")["reclassifications"], SizeIs(1));

  const Json answers = get(service, "/v1/recordings/" + ids[0] + "/answers");
  ASSERT_THAT(answers["answers"], SizeIs(1));
  const Json& anew = answers["answers"][0]["answer"];
  EXPECT_EQ(anew["class"], answers["first"]["class"]);
  EXPECT_EQ(anew["confidence"], answers["first"]["confidence"]);
  EXPECT_THAT(get(service, "/v1/recordings/" + ids[2] + "/answers")["answers"], SizeIs(0));

  EXPECT_EQ(service.exchange(request("DELETE", path)).status, 204);
  EXPECT_EQ(service.exchange(request("GET", path)).status, 404);
  EXPECT_EQ(service.exchange(request("POST", "/v1/reclassifications?devise=ward")).status, 400);
}

/// Answers each POST with the next of some statuses, the last one again and again.
class Receiver {
 public:
  explicit Receiver(std::vector<int> statuses) : statuses_(std::move(statuses)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Receiver() {
    boost::system::error_code ignored;
    boost::asio::ip::tcp::socket last(io_);
    is_ended_ = true;
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook";
  }
  /// Head and body of each that came.
  std::vector<std::pair<std::string, std::string>> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void run() {
    while (!is_ended_) {
      boost::system::error_code error;
      boost::asio::ip::tcp::socket socket(io_);
      acceptor_.accept(socket, error);
      if (error || is_ended_) continue;
      std::string text;
      const std::size_t head =
          boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), "\r\n\r\n", error);
      const std::size_t at = text.find("Content-Length: ");
      if (error || at == std::string::npos) continue;
      const std::size_t size = std::stoul(text.substr(at + 16));
      while (text.size() < head + size && !error) {
        text.resize(text.size() + 4'096);
        const std::size_t got =
            socket.read_some(boost::asio::buffer(text.data() + text.size() - 4'096, 4'096), error);
        text.resize(text.size() - 4'096 + got);
      }
      const std::lock_guard lock(mutex_);
      const int status = statuses_[std::min(received_.size(), statuses_.size() - 1)];
      received_.emplace_back(text.substr(0, head), text.substr(head));
      boost::asio::write(socket,
                         boost::asio::buffer("HTTP/1.1 " + std::to_string(status) +
                                             " So\r\nContent-Length: 0\r\nConnection: "
                                             "close\r\n\r\n"),
                         error);
    }
  }

  const std::vector<int> statuses_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> is_ended_ = false;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> received_;  // Guarded by mutex_.
  std::thread thread_;
};

std::string header_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find(name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 2;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Json add_webhook(const ServiceUnderTest& service, const Json& wanted) {
  const Reply reply = service.exchange(request("POST", "/v1/webhooks", json::dump(wanted)));
  EXPECT_EQ(reply.status, 201) << reply.body;
  return Json::parse(reply.body);
}

TEST(Webhooks, TellOfARecordingWithASignature) {
  ServiceUnderTest service(with_runner());
  Receiver receiver({204});
  const Json webhook = add_webhook(service, {{"url", receiver.url()}, {"device", "ward"}});
  service.exchange(request("POST", "/v1/recordings?device=theatre", heart_sounds(1)));
  const Reply stored =
      service.exchange(request("POST", "/v1/recordings?device=ward", heart_sounds(1.2)));
  ASSERT_TRUE(becomes([&] { return !receiver.received().empty(); }));
  const auto [head, body] = receiver.received().front();
  const Json payload = Json::parse(body);
  EXPECT_EQ(payload["type"], "recording.stored");
  EXPECT_EQ(payload["data"], Json::parse(stored.body));
  const std::string id = header_of(head, "webhook-id");
  EXPECT_THAT(id, HasSubstr(payload["data"]["id"].get<std::string>()));
  const auto signature =
      queue::signature_of(webhook["secret"].get<std::string>(), id,
                          std::stoll(header_of(head, "webhook-timestamp")), body);
  ASSERT_TRUE(signature);
  EXPECT_EQ(header_of(head, "webhook-signature"), *signature);
  ASSERT_TRUE(becomes([&] { return get(service, "/v1/jobs")["jobs"].empty(); }));
  EXPECT_THAT(receiver.received(), SizeIs(1));
}

TEST(Webhooks, TellAgainWhatWasNotTaken) {
  ServiceUnderTest service(with_runner());
  Receiver receiver({500, 200});
  add_webhook(service, {{"url", receiver.url()}});
  service.exchange(request("POST", "/v1/recordings", heart_sounds(1)));
  ASSERT_TRUE(becomes([&] { return !receiver.received().empty(); }));
  Json jobs;
  ASSERT_TRUE(becomes([&] {
    jobs = get(service, "/v1/jobs?kind=webhook")["jobs"];
    return !jobs.empty() && !jobs[0]["error"].is_null();
  }));
  EXPECT_THAT(jobs[0]["error"]["detail"].get<std::string>(), HasSubstr("answered with status 500"));
  EXPECT_EQ(jobs[0]["state"], "waiting");
  ASSERT_TRUE(becomes([&] { return receiver.received().size() == 2; }));
  const auto received = receiver.received();
  EXPECT_EQ(header_of(received[0].first, "webhook-id"), header_of(received[1].first, "webhook-id"));
  EXPECT_EQ(received[0].second, received[1].second);
}

TEST(Webhooks, AreListedWithoutTheirSecretsAndForgotten) {
  ServiceUnderTest service;
  const Json webhook = add_webhook(
      service, {{"url", "https://example.org/"}, {"class", "Murmur"}, {"min_confidence", 80}});
  const Json listed = get(service, "/v1/webhooks")["webhooks"];
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0]["class"], "Murmur");
  EXPECT_EQ(listed[0]["min_confidence"], 80);
  EXPECT_FALSE(listed[0].contains("secret"));
  const std::string path = "/v1/webhooks/" + webhook["id"].get<std::string>();
  EXPECT_EQ(service.exchange(request("DELETE", path)).status, 204);
  EXPECT_EQ(service.exchange(request("DELETE", path)).status, 404);
  const Reply wrong =
      service.exchange(request("POST", "/v1/webhooks", R"({"url": "gopher://example.org"})"));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("neither http:// nor https://"));
}

}  // namespace
}  // namespace auscult::api_test
