#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "http/stream_client.hpp"
#include "http/tls.hpp"
#include "service_under_test.hpp"
#include "support/certificate.hpp"
#include "support/process.hpp"

// The service under TLS, against OpenSSL's own client.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Tls : public ::testing::Test {
 protected:
  [[nodiscard]] Configuration configuration() const {
    Configuration configuration;
    configuration.server.tls_certificate = files_.certificate;
    configuration.server.tls_key = files_.key;
    configuration.server.purge_interval = 50ms;
    return configuration;
  }

  TemporaryFolder folder_;
  auscult::testing::CertificateFiles files_ =
      auscult::testing::write_certificate(folder_.path(), "first");
};

TEST_F(Tls, CarriesAnUpload) {
  const ServiceUnderTest service(configuration());
  Client client(service.port(), ClientTls{});
  ASSERT_EQ(client.tls_failure(), "");
  EXPECT_EQ(client.tls_version(), "TLSv1.3");
  EXPECT_EQ(client.tls_protocol(), "http/1.1");
  EXPECT_EQ(client.certificate_name(), "first");
  // More than TLS takes at once, both ways, on one connection.
  const Reply stored = client.exchange(request("POST", "/v1/recordings", heart_sounds(10)));
  ASSERT_EQ(stored.status, 201) << stored.body;
  const std::string audio = stored.headers.at("location") + "/audio";
  EXPECT_EQ(client.exchange(request("GET", audio)).body.size(), 44 + heart_sounds(10).size());
  EXPECT_THAT(client.exchange(request("POST", "/upload_audio", heart_sounds())).body,
              HasSubstr("|Conf: "));
}

TEST_F(Tls, TakesVersion12ButNothingOlder) {
  const ServiceUnderTest service(configuration());
  Client current(service.port(), ClientTls{TLS1_2_VERSION});
  EXPECT_EQ(current.tls_version(), "TLSv1.2");
  EXPECT_EQ(current.exchange(request("GET", "/healthz")).status, 200);
  const Client old(service.port(), ClientTls{TLS1_1_VERSION});
  EXPECT_EQ(old.tls_failure(), "tlsv1 alert protocol version");
}

TEST_F(Tls, RefusesAClientThatSpeaksOnlyAnotherProtocol) {
  const ServiceUnderTest service(configuration());
  const Client client(service.port(), ClientTls{0, "h2"});
  EXPECT_THAT(client.tls_failure(), HasSubstr("no application protocol"));
  Client silent(service.port(), ClientTls{0, ""});
  EXPECT_EQ(silent.exchange(request("GET", "/healthz")).status, 200);
}

TEST_F(Tls, SaysSoToWhoSpeaksPlainHttp) {
  const ServiceUnderTest service(configuration());
  const Reply reply = service.exchange(request("POST", "/upload_audio", heart_sounds()));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "this port speaks TLS: use https://");
}

TEST_F(Tls, HasAPortOfItsOwnIfAsked) {
  Configuration both = configuration();
  both.server.tls_port = 0;
  const ServiceUnderTest service(both);
  ASSERT_NE(service.tls_port(), service.port());
  EXPECT_EQ(service.exchange(request("GET", "/healthz")).status, 200);
  Client client(service.tls_port(), ClientTls{});
  EXPECT_EQ(client.exchange(request("GET", "/healthz")).status, 200);
}

TEST_F(Tls, EndsAHandshakeThatDoesNotComeToItsEnd) {
  Configuration hasty = configuration();
  hasty.server.header_timeout = 100ms;
  hasty.server.drain_timeout = 100ms;
  const ServiceUnderTest service(hasty);
  Client client = service.connect();
  client.send(std::string("\x16\x03\x01\x01\x00", 5));  // The head of a record that never comes.
  EXPECT_EQ(client.receive_all(), "");
  Client garbage = service.connect();
  garbage.send(std::string("\x16\x03\x01\x00\x04garb", 9));
  EXPECT_EQ(garbage.receive_all().substr(0, 1), "\x15");  // An alert.
}

TEST_F(Tls, FollowsANewCertificateAndKeepsTheOldOneIfThatIsBad) {
  ServiceUnderTest service(configuration());
  Client open(service.port(), ClientTls{});
  const auto name = [&] { return Client(service.port(), ClientTls{}).certificate_name(); };
  ASSERT_EQ(name(), "first");

  std::ofstream(files_.certificate) << "no certificate";
  service.server().reload_certificate();
  EXPECT_EQ(name(), "first");

  auscult::testing::write_certificate(folder_.path(), "second");
  // Found by the server itself within its interval.
  for (int i = 0; i < 200 && name() != "second"; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(name(), "second");
  EXPECT_EQ(open.exchange(request("GET", "/healthz")).status, 200);
}

TEST_F(Tls, CarriesALiveStream) {
  const ServiceUnderTest service(configuration());
  const std::string pcm = heart_sounds();
  std::size_t sent = 0;
  http::StreamRequest stream;
  stream.url = "wss://127.0.0.1:" + std::to_string(service.port());
  stream.ca_file = files_.certificate;
  stream.hello = {{"sample_rate", 16'000}};
  stream.read = [&](std::span<std::byte> block) {
    const std::size_t count = std::min(block.size(), pcm.size() - sent);
    std::memcpy(block.data(), pcm.data() + sent, count);
    sent += count;
    return count;
  };
  json::Json last;
  stream.receive = [&](const json::Json& message) { last = message; };
  const Status streamed = http::stream_audio(stream);
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(last.at("type"), "final");

  // Nobody vouches for the certificate.
  stream.ca_file.clear();
  const Status untrusted = http::stream_audio(stream);
  ASSERT_FALSE(untrusted);
  EXPECT_THAT(untrusted.error().message, HasSubstr("certificate verify failed"));
}

TEST_F(Tls, IsRefusedAtTheStartWithAKeyThatDoesNotFit) {
  const auto key = auscult::testing::write_certificate(folder_.path(), "other").key;
  std::filesystem::rename(key, folder_.path() / "other.pem");
  const auto files = auscult::testing::write_certificate(folder_.path(), "first");
  const auto refused = http::TlsContext::load(files.certificate, folder_.path() / "other.pem");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("other.pem"));
  EXPECT_THAT(refused.error().message, HasSubstr("values mismatch"));
  const auto missing = http::TlsContext::load("/none.pem", files.key);
  EXPECT_THAT(missing.error().message, HasSubstr("/none.pem"));
}

}  // namespace
}  // namespace auscult::api_test
