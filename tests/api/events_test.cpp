#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"

// GET /v1/events: what happens to recordings, as it happens.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using json::Json;
using testing::StartsWith;

Json create(const ServiceUnderTest& service) {
  const Reply reply = service.exchange(request("POST", "/v1/recordings", heart_sounds()));
  EXPECT_EQ(reply.status, 201) << reply.body;
  return Json::parse(reply.body);
}

std::string id_of(const Json& recording) { return recording.at("id"); }

/// A listener that is subscribed when this returns: its first line has come.
Client listen(const ServiceUnderTest& service, const std::string& headers = "") {
  Client client = service.connect();
  const Reply reply = client.exchange(request("GET", "/v1/events", "", headers));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(reply.headers.count("content-length"), 0U);
  EXPECT_EQ(reply.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_EQ(client.receive_until("\n\n"), "retry: 2000\n\n");
  return client;
}

std::string stored(const Json& recording) {
  return "id: " + id_of(recording) + "\nevent: recording\ndata: " + recording.dump() + "\n\n";
}

TEST(Events, TellOfEveryChangeInOrder) {
  ServiceUnderTest service;
  Client client = listen(service);
  const Json recording = create(service);
  EXPECT_EQ(client.receive_until("\n\n"), stored(recording));

  const std::string path = "/v1/recordings/" + id_of(recording);
  const Reply reviewed = service.exchange(request("PATCH", path, R"({"note": "a\nb"})"));
  EXPECT_EQ(client.receive_until("\n\n"), "event: updated\ndata: " + reviewed.body + "\n\n");
  service.exchange(request("DELETE", path));
  EXPECT_EQ(client.receive_until("\n\n"),
            "event: deleted\ndata: {\"id\":\"" + id_of(recording) + "\"}\n\n");
  service.exchange(request("POST", path + "/restore"));
  EXPECT_THAT(client.receive_until("\n\n"), StartsWith("event: updated\n"));
}

TEST(Events, GoOnAfterTheLastOneThatWasHeard) {
  ServiceUnderTest service;
  const Json first = create(service);
  const Json second = create(service);
  const Json third = create(service);
  Client client = listen(service, "Last-Event-ID: " + id_of(first) + "\r\n");
  EXPECT_EQ(client.receive_until("\n\n"), stored(second));
  EXPECT_EQ(client.receive_until("\n\n"), stored(third));
  const Json fourth = create(service);
  EXPECT_EQ(client.receive_until("\n\n"), stored(fourth));
}

TEST(Events, GoOnThroughMoreThanOnePage) {
  ServiceUnderTest service;
  const Json first = create(service);
  std::vector<std::string> ids;
  for (int i = 0; i < limits::kDefaultPageSize + 3; ++i) ids.push_back(id_of(create(service)));
  Client client = listen(service, "Last-Event-ID: " + id_of(first) + "\r\n");
  for (const std::string& id : ids) {
    EXPECT_THAT(client.receive_until("\n\n"), StartsWith("id: " + id + "\n"));
  }
}

TEST(Events, ShowThatTheyAreStillThere) {
  Configuration configuration;
  configuration.server.event_heartbeat = 10ms;
  ServiceUnderTest service(configuration);
  Client client = listen(service);
  EXPECT_EQ(client.receive_until("\n\n"), ": still here\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), ": still here\n\n");
}

TEST(Events, AreForABoundedNumberOfListeners) {
  ServiceUnderTest service;
  {
    std::vector<Client> listeners;
    for (std::size_t i = 0; i < limits::kMaxEventListeners; ++i) {
      listeners.push_back(listen(service));
    }
    const Reply refused = service.exchange(request("GET", "/v1/events"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  }
  // Their places are free again once the server has seen them go.
  Reply reply;
  for (int i = 0; i < 1'000 && reply.status != 200; ++i) {
    Client client = service.connect();
    reply = client.exchange(request("GET", "/v1/events"));
  }
  EXPECT_EQ(reply.status, 200);
}

TEST(Events, CutOffAListenerThatDoesNotRead) {
  ServiceUnderTest service;
  Client client = listen(service);
  const Json recording = create(service);
  const Recording stored_one = *service.recordings().find(id_of(recording));
  // More than sockets and backlog hold together.
  for (int i = 0; i < 20'000; ++i) {
    service.recordings().events().publish(
        {service::Event::Kind::stored, stored_one.id, stored_one});
  }
  const std::string all = client.receive_all();
  EXPECT_LT(all.size(), 20'000 * stored(recording).size());
}

TEST(Events, RefuseAPlaceThatIsNone) {
  ServiceUnderTest service;
  EXPECT_EQ(service.exchange(request("GET", "/v1/events", "", "Last-Event-ID: x\r\n")).status, 400);
  EXPECT_EQ(service.exchange(request("GET", "/v1/events?device=a")).status, 400);
}

TEST(Events, EndWithTheServer) {
  ServiceUnderTest service;
  Client client = listen(service);
  service.stop();
  EXPECT_EQ(client.receive_all(), "");
  service.join();
}

}  // namespace
}  // namespace auscult::api_test
