#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstring>
#include <span>
#include <thread>

#include "http/stream_client.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"
#include "support/tone_model.hpp"

// WS /v1/stream: a recording that is sent while it is made. The client is Boost.Beast's.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using json::Json;
using ::testing::HasSubstr;
namespace websocket = boost::beast::websocket;

class Socket {
 public:
  explicit Socket(const ServiceUnderTest& service) {
    socket_.next_layer().connect({boost::asio::ip::address_v4::loopback(), service.port()});
    const timeval patience{30, 0};
    setsockopt(socket_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof(patience));
    socket_.handshake("test", "/v1/stream");
  }

  void say(const std::string& text) {
    socket_.text(true);
    socket_.write(boost::asio::buffer(text));
  }
  void play(std::string_view pcm) {
    socket_.binary(true);
    socket_.write(boost::asio::buffer(pcm.data(), pcm.size()));
  }
  void play_in_pieces(std::string_view pcm, std::size_t piece) {
    for (; !pcm.empty(); pcm.remove_prefix(std::min(piece, pcm.size()))) {
      play(pcm.substr(0, piece));
    }
  }
  Json hear() {
    boost::beast::flat_buffer buffer;
    socket_.read(buffer);
    return Json::parse(boost::beast::buffers_to_string(buffer.data()));
  }
  /// The next message of a type; others are passed over.
  Json hear(const std::string& type) {
    for (;;) {
      Json message = hear();
      if (message.at("type") == type) return message;
      EXPECT_NE(message.at("type"), "error") << message;
    }
  }
  /// How the server ends it, when it has nothing more to say.
  int hear_close() {
    try {
      hear();
    } catch (const boost::system::system_error&) {
      return socket_.reason().code;
    }
    return 0;
  }
  Json open(const std::string& hello) {
    say(hello);
    return hear("ready");
  }
  void close() { socket_.close(websocket::close_code::normal); }
  void drop() { socket_.next_layer().close(); }

 private:
  boost::asio::io_context io_;
  websocket::stream<tcp::socket> socket_{io_};
};

/// What a recording says of its sound and not of when and how fast it came.
Json essence(Json recording) {
  for (const char* member : {"id", "received_at", "timings"}) recording.erase(member);
  return recording;
}

/// Waits until something is stored, which a client that has gone cannot be told.
Recording await_recording(ServiceUnderTest& service) {
  for (int i = 0; i < 3'000; ++i) {
    if (const auto latest = service.recordings().latest(std::nullopt)) return *latest;
    std::this_thread::sleep_for(10ms);
  }
  ADD_FAILURE() << "nothing was stored";
  return {};
}

TEST(Stream, KeepsTheModelThatItBeganWith) {
  int loads = 0;
  Configuration configuration;
  configuration.load_model = [&loads]() -> Result<service::ServingModel> {
    const bool is_first = ++loads == 1;
    const std::filesystem::path tones = temporary_folder("tones");
    if (!is_first) testing::write_tone_model(tones);
    auto classifier = classify::Classifier::load(is_first ? shipped_model() : tones, {});
    std::filesystem::remove_all(tones);
    if (!classifier) return classifier.error();
    return service::ServingModel{*std::move(classifier), ""};
  };
  ServiceUnderTest service(configuration);
  Socket socket(service);
  socket.open("{}");
  const std::string pcm = heart_sounds(4);
  socket.play(pcm.substr(0, pcm.size() / 2));
  EXPECT_EQ(socket.hear("partial").at("result").at("probabilities").size(), 5U);
  ASSERT_EQ(service.exchange(request("POST", "/v1/model/reload")).status, 200);
  const Reply upload = service.exchange(request("POST", "/v1/recordings", pcm));
  EXPECT_EQ(Json::parse(upload.body).at("model").at("name"), "tones");
  socket.play(pcm.substr(pcm.size() / 2));
  socket.say(R"({"type": "finish"})");
  EXPECT_NE(socket.hear("final").at("recording").at("model").at("name"), "tones");
}

TEST(Stream, GivesTheRecordingThatAnUploadGives) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds(7, 8'000);
  Socket socket(service);
  const Json ready =
      socket.open(R"({"sample_rate": 8000, "format": "s16", "device": "a", "key": null})");
  EXPECT_EQ(ready.at("sample_rate"), 8'000);
  EXPECT_EQ(ready.at("device"), "a");
  socket.play_in_pieces(pcm, 1'001);
  socket.say(R"({"type": "finish"})");
  const Json message = socket.hear("final");
  EXPECT_EQ(message.at("reason"), "finished");
  EXPECT_EQ(socket.hear_close(), websocket::close_code::normal);

  const Reply reply =
      service.exchange(request("POST", "/v1/recordings?sample_rate=8000&format=s16&device=a", pcm));
  EXPECT_EQ(essence(message.at("recording")), essence(Json::parse(reply.body)));
  const std::string id = message.at("recording").at("id");
  EXPECT_EQ(Json::parse(service.exchange(request("GET", "/v1/recordings/" + id)).body),
            message.at("recording"));
}

TEST(Stream, TellsWhatTheLastSecondsSoundLike) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds(12);
  constexpr std::size_t kSecond = 32'000;
  Socket socket(service);
  socket.open("{}");
  // One second at a time, each answered before the next.
  for (std::size_t second = 1; second <= 12; ++second) {
    socket.play(std::string_view(pcm).substr((second - 1) * kSecond, kSecond));
    const Json partial = socket.hear("partial");
    EXPECT_EQ(partial.at("elapsed_s"), static_cast<double>(second));
    EXPECT_EQ(partial.at("start_s"), second > 10 ? static_cast<double>(second) - 10 : 0.0);
    EXPECT_TRUE(partial.at("result").contains("probabilities"));
  }
  EXPECT_FALSE(service.recordings().latest(std::nullopt)) << "nothing is stored before its end";
}

TEST(Stream, AsksForOnePartialResultAtATime) {
  ServiceUnderTest service;
  BusyWorker busy(service.workers());
  Socket socket(service);
  socket.open("{}");
  const std::string second = heart_sounds(1);
  for (int i = 0; i < 5; ++i) socket.play(second);
  socket.say(R"({"type": "finish"})");
  for (int i = 0; i < 3'000 && service.workers().waiting() < 2; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(service.workers().waiting(), 2U) << "one partial result and the final one";
  busy.release();
  socket.hear("final");
  EXPECT_EQ(service.recordings().latest(std::nullopt)->source.duration_s, 5);
}

TEST(Stream, KeepsWhatCameWhenTheConnectionIsDropped) {
  ServiceUnderTest service;
  {
    Socket socket(service);
    socket.open(R"({"device": "lost"})");
    socket.play(heart_sounds(4));
    socket.hear("partial");
    socket.drop();
  }
  const Recording kept = await_recording(service);
  EXPECT_EQ(kept.device, "lost");
  EXPECT_EQ(kept.source.duration_s, 4);
}

TEST(Stream, KeepsWhatCameWhenTheClientCloses) {
  ServiceUnderTest service;
  Socket socket(service);
  socket.open("{}");
  socket.play(heart_sounds(4));
  socket.close();
  EXPECT_EQ(await_recording(service).source.duration_s, 4);
}

TEST(Stream, KeepsWhatCameWhenNothingMoreComes) {
  Configuration configuration;
  configuration.server.rate_grace = 1s;  // In which a busy machine must send what follows.
  ServiceUnderTest service(configuration);
  Socket socket(service);
  const std::string sounds = heart_sounds(4);
  socket.open("{}");
  socket.play(sounds);
  const Json message = socket.hear("final");
  EXPECT_EQ(message.at("reason"), "slow");
  EXPECT_EQ(message.at("recording").at("duration_s"), 4.0);
}

TEST(Stream, KeepsWhatFitsOfATooLongOne) {
  Configuration configuration;
  configuration.server.max_body_bytes = 100'000;
  ServiceUnderTest service(configuration);
  Socket socket(service);
  EXPECT_EQ(socket.open("{}").at("max_bytes"), 100'000);
  socket.play_in_pieces(heart_sounds(4), 32'000);
  const Json message = socket.hear("final");
  EXPECT_EQ(message.at("reason"), "limit");
  EXPECT_EQ(message.at("recording").at("duration_s"), 3.0);
  EXPECT_EQ(socket.hear_close(), websocket::close_code::too_big);
}

TEST(Stream, KeepsWhatCameWhenTheServerEnds) {
  ServiceUnderTest service;
  Socket socket(service);
  socket.open("{}");
  socket.play(heart_sounds(4));
  socket.hear("partial");
  service.stop();
  EXPECT_EQ(socket.hear("final").at("reason"), "stopping");
  EXPECT_EQ(socket.hear_close(), websocket::close_code::going_away);
  service.join();
  EXPECT_EQ(service.recordings().latest(std::nullopt)->source.duration_s, 4);
}

TEST(Stream, WaitsForAPlaceInAFullQueueToBeStored) {
  ServiceUnderTest service({.server = {}, .service = {}, .workers = 1, .queue = 1});
  BusyWorker busy(service.workers());
  bool filler_ran = false;
  ASSERT_TRUE(service.workers().try_submit(
      {.run = [&](classify::Workspace&) { filler_ran = true; }, .refuse = [](const Error&) {}}));
  Socket socket(service);
  socket.open("{}");
  socket.play(heart_sounds(3));
  socket.say(R"({"type": "finish"})");
  EXPECT_EQ(service.exchange(request("POST", "/upload_audio", heart_sounds())).status, 503);
  busy.release();
  EXPECT_EQ(socket.hear("final").at("recording").at("duration_s"), 3.0);
  EXPECT_TRUE(filler_ran);
}

TEST(Stream, ReadsAudioAsTheDevicesSettingsSay) {
  ServiceUnderTest service;
  ASSERT_TRUE(service.recordings().set_device_settings("icu", {8'000, {}, {}, {}}));
  Socket socket(service);
  EXPECT_EQ(socket.open(R"({"device": "icu"})").at("sample_rate"), 8'000);
  socket.play(heart_sounds(4, 8'000));
  socket.say(R"({"type": "finish"})");
  EXPECT_EQ(socket.hear("final").at("recording").at("duration_s"), 4.0);
}

TEST(Stream, SaysWhatIsWrongWithAHello) {
  ServiceUnderTest service;
  for (const auto& [hello, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"hello", "JSON object"},
           {R"({"sample_rate": 1})", "sample_rate"},
           {R"({"device": "a b"})", "a b"}}) {
    Socket socket(service);
    socket.say(hello);
    const Json message = socket.hear();
    EXPECT_EQ(message.at("type"), "error");
    EXPECT_EQ(message.at("code"), "invalid_argument");
    EXPECT_THAT(message.at("detail"), HasSubstr(part));
    EXPECT_EQ(socket.hear_close(), websocket::close_code::policy_error);
  }
  Socket audio_first(service);
  audio_first.play("abcd");
  EXPECT_THAT(audio_first.hear().at("detail"), HasSubstr("hello"));
  EXPECT_FALSE(service.recordings().latest(std::nullopt));
}

TEST(Stream, OfNothingIsNoRecording) {
  ServiceUnderTest service;
  Socket socket(service);
  socket.open("{}");
  socket.say(R"({"type": "finish"})");
  const Json message = socket.hear();
  EXPECT_EQ(message.at("type"), "error");
  EXPECT_EQ(message.at("detail"), "No audio data received");
}

TEST(Stream, EndsAtAMessageThatMakesNoSense) {
  ServiceUnderTest service;
  Socket socket(service);
  socket.open("{}");
  socket.play(heart_sounds(4));
  socket.say("what?");
  const Json message = socket.hear("final");
  EXPECT_EQ(message.at("reason"), "misused");
  EXPECT_THAT(message.at("detail"), HasSubstr("finish"));
}

TEST(Stream, IsOnlyForAWebSocketOfTheSameOrigin) {
  ServiceUnderTest service;
  const Reply plain = service.exchange(request("GET", "/v1/stream"));
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.headers.at("upgrade"), "websocket");
  const Reply foreign = service.exchange(
      request("GET", "/v1/stream", "",
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.example\r\n"));
  EXPECT_EQ(foreign.status, 403);
}

TEST(StreamClient, StoresWhatItReads) {
  ServiceUnderTest service;
  const std::string pcm = heart_sounds(4);
  std::size_t sent = 0;
  std::vector<std::string> types;
  http::StreamRequest request;
  request.url = "ws://127.0.0.1:" + std::to_string(service.port());
  request.hello = {{"device", "bench"}};
  request.read = [&](std::span<std::byte> block) {
    const std::size_t count = std::min(block.size(), pcm.size() - sent);
    std::memcpy(block.data(), pcm.data() + sent, count);
    sent += count;
    return count;
  };
  request.receive = [&](const Json& message) { types.push_back(message.at("type")); };
  const Status streamed = http::stream_audio(request);
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(types.front(), "ready");
  EXPECT_EQ(types.back(), "final");
  const auto latest = service.recordings().latest("bench");
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->source.duration_s, 4);
}

TEST(StreamClient, SaysWhyItCouldNot) {
  std::uint16_t port = 0;
  {
    ServiceUnderTest service;
    port = service.port();
    http::StreamRequest request;
    request.url = "ws://127.0.0.1:" + std::to_string(port) + "/v1/stream";
    request.hello = {{"sample_rate", 1}};
    request.receive = [](const Json&) {};
    EXPECT_THAT(http::stream_audio(request).error().message, HasSubstr("sample_rate"));
  }
  http::StreamRequest request;
  request.url = "ws://127.0.0.1:" + std::to_string(port);
  EXPECT_THAT(http::stream_audio(request).error().message, HasSubstr(request.url));
  for (const char* url : {"http://127.0.0.1", "ws://", "ws://:8000", "127.0.0.1:8000"}) {
    request.url = url;
    EXPECT_EQ(http::stream_audio(request).error().code, ErrorCode::invalid_argument) << url;
  }
}

}  // namespace
}  // namespace auscult::api_test
