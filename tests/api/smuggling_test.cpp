#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service_under_test.hpp"

// Requests that two readers could cut at different places, so that one hides in another (RFC 9112,
// section 11.2), and other shapes that scanners send. Each is answered, and ends the connection.
namespace auscult::api_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPost = "POST /upload_audio HTTP/1.1\r\nHost: test\r\n";
constexpr const char* kGet = "GET /healthz HTTP/1.1\r\nHost: test\r\n";
constexpr const char* kChunked = "Transfer-Encoding: chunked\r\n\r\n";

class Smuggling : public testing::Test {
 protected:
  /// Everything that comes back when `text` is sent with another request right behind it.
  std::string answers(const std::string& text) {
    Client client = service_.connect();
    client.send(text + request("GET", "/v1/model"));
    return client.receive_all();
  }

  /// That it is answered once with `status`, and that the request behind it is not read.
  void expect_refused(const std::string& text, const std::string& status) {
    const std::string all = answers(text);
    EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.1 " + status), HasSubstr("Connection: close\r\n"),
                           Not(HasSubstr("labels"))))
        << testing::PrintToString(text);
    EXPECT_EQ(all.find("HTTP/1.1 ", 1), std::string::npos) << testing::PrintToString(text);
  }

  ServiceUnderTest service_;
};

TEST_F(Smuggling, ALineThatEndsInLfAloneIsRefusedAtOnce) {
  expect_refused("GET /healthz HTTP/1.1\nHost: test\n\n", "400");
  expect_refused("GET /healthz HTTP/1.1\r\nHost: test\nX: y\r\n\r\n", "400");
  expect_refused("GET /healthz HTTP/1.1\r\nHost: test\r\nX: y\n\r\n", "400");
  expect_refused("GET /healthz HTTP/1.1\r\nHost: test\r\n\n", "400");
  expect_refused("\nGET /healthz HTTP/1.1\r\nHost: test\r\n\r\n", "400");
}

TEST_F(Smuggling, ACarriageReturnAloneIsRefused) {
  expect_refused("GET /healthz HTTP/1.1\rHost: test\r\n\r\n", "400");
  expect_refused("GET /healthz HTTP/1.1\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n", "400");
}

TEST_F(Smuggling, AFoldedHeaderIsRefused) {
  expect_refused(std::string(kGet) + "X: a\r\n b\r\n\r\n", "400");
  expect_refused(std::string(kPost) + "Transfer-Encoding:\r\n chunked\r\n\r\n", "400");
  expect_refused(std::string(kPost) + "Transfer-Encoding:\r\n\tchunked\r\n\r\n", "400");
  expect_refused("GET /healthz HTTP/1.1\r\n Host: test\r\n\r\n", "400");
}

TEST_F(Smuggling, ASpaceBeforeTheColonIsRefused) {
  expect_refused(std::string(kPost) + "Content-Length : 3\r\n\r\nabc", "400");
  expect_refused(std::string(kPost) + "Transfer-Encoding : chunked\r\n\r\n", "400");
  expect_refused(std::string(kPost) + "Content-Length\t: 3\r\n\r\nabc", "400");
}

TEST_F(Smuggling, ANulOrAControlInTheHeaderIsRefused) {
  const std::string nul(1, '\0');
  expect_refused("GET /health" + nul + "z HTTP/1.1\r\nHost: test\r\n\r\n", "400");
  expect_refused(std::string(kGet) + "X: a" + nul + "b\r\n\r\n", "400");
  expect_refused(std::string(kGet) + "X" + nul + ": a\r\n\r\n", "400");
  expect_refused(std::string(kGet) + "X: a\x01" + "b\r\n\r\n", "400");
  expect_refused(std::string(kPost) + "Transfer-Encoding: \x0b" + "chunked\r\n\r\n", "400");
}

TEST_F(Smuggling, AHeaderWithoutNameOrColonIsRefused) {
  expect_refused(std::string(kGet) + ": value\r\n\r\n", "400");
  expect_refused(std::string(kGet) + "no colon\r\n\r\n", "400");
  expect_refused(std::string(kGet) + "two words: value\r\n\r\n", "400");
}

TEST_F(Smuggling, AContentLengthIsOneDecimalNumber) {
  for (const char* length : {"+3", "-3", "3a", "0x3", "3 3", "3,3", "3;3", "3.0", "\"3\"", "",
                             "18446744073709551616", "99999999999999999999999999"}) {
    expect_refused(std::string(kPost) + "Content-Length: " + length + "\r\n\r\nabc", "400");
  }
}

TEST_F(Smuggling, ALengthGivenTwiceIsRefusedAlsoIfItIsTheSame) {
  expect_refused(std::string(kPost) + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400");
  expect_refused(std::string(kPost) + "Content-Length: 3\r\ncontent-length: 0\r\n\r\nabc", "400");
}

TEST_F(Smuggling, ALengthBesideChunksIsRefusedInEitherOrder) {
  expect_refused(std::string(kPost) + "Content-Length: 3\r\n" + kChunked + "0\r\n\r\n", "400");
  expect_refused(
      std::string(kPost) + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      "400");
}

TEST_F(Smuggling, NoCodingButChunkedIsRead) {
  for (const char* coding :
       {"identity", "chunked, identity", "identity, chunked", "gzip, chunked", "chunked, chunked",
        "chunked,", ",chunked", "xchunked", "chunked;q=1", "\"chunked\"", "chun\tked"}) {
    expect_refused(std::string(kPost) + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n",
                   "501");
  }
  expect_refused(std::string(kPost) + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" +
                     "\r\n\r\n0\r\n\r\n",
                 "400");
}

TEST_F(Smuggling, Http10HasNoChunks) {
  const std::string all =
      answers(std::string("POST /upload_audio HTTP/1.0\r\n") + kChunked + "0\r\n\r\n");
  EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.0 400"), Not(HasSubstr("labels"))));
}

TEST_F(Smuggling, AChunkSizeIsHexadecimalAndFits) {
  for (const char* size :
       {"ffffffffffffffff1", "10000000000000000", "-1", "+1", "0x1", " 1", "g", "", "1 ", "1\t"}) {
    expect_refused(std::string(kPost) + kChunked + size + "\r\na\r\n0\r\n\r\n", "400");
  }
}

TEST_F(Smuggling, AHugeChunkIsRefusedByItsSize) {
  expect_refused(std::string(kPost) + kChunked + "ffffffffffffffff\r\n", "413");
  expect_refused(std::string(kPost) + kChunked + "7fffffffffffffff\r\n", "413");
  expect_refused(std::string(kPost) + kChunked + "1\r\na\r\nffffffffffffffff\r\n", "413");
}

TEST_F(Smuggling, AChunkThatDoesNotEndWhereItSaysIsRefused) {
  expect_refused(std::string(kPost) + kChunked + "2\r\nabc\r\n0\r\n\r\n", "400");
  expect_refused(std::string(kPost) + kChunked + "3\nabc\n0\n\n", "400");
}

TEST_F(Smuggling, ATrailerChangesNothing) {
  const std::string pcm = heart_sounds(0.5);
  ASSERT_EQ(pcm.size(), 0x3e80U);
  const std::string chunked = std::string(kPost) + kChunked + "3e80\r\n" + pcm + "\r\n0\r\n";
  Client client = service_.connect();
  client.send(chunked + "X-Device-Id: evil\r\nExpires: never\r\n\r\n" + request("GET", "/healthz"));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(service_.recordings().latest(std::nullopt)->device, "default");
  EXPECT_THAT(client.receive().body, HasSubstr("ok")) << "the next request begins after it";
}

TEST_F(Smuggling, ATrailerThatFramesIsRefused) {
  const std::string body = std::string(kPost) + kChunked + "1\r\na\r\n0\r\n";
  expect_refused(body + "Content-Length: 40\r\n\r\n", "400");
  expect_refused(body + "Transfer-Encoding: chunked\r\n\r\n", "400");
}

TEST_F(Smuggling, ATrailerWithoutEndIsRefused) {
  std::string text = std::string(kPost) + kChunked + "1\r\na\r\n0\r\n";
  while (text.size() < 200'000) text += "X: " + std::string(1'000, 'y') + "\r\n";
  expect_refused(text, "4");
}

TEST_F(Smuggling, AnAbsoluteTargetIsTakenByItsPath) {
  const Reply reply =
      service_.exchange("GET http://other:1/healthz HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("ok"));
}

TEST_F(Smuggling, ATargetThatIsNoPathIsRefused) {
  for (const char* target : {"*", "healthz", "ftp://test/healthz", "test:8000", "//"}) {
    const Reply reply =
        service_.exchange(std::string("GET ") + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_EQ(reply.status / 100, 4) << target;
  }
  EXPECT_EQ(service_.exchange("CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\n").status / 100, 4);
}

TEST_F(Smuggling, Http09IsAnsweredAtOnceThatItIsNot) {
  expect_refused("GET /\r\n", "400");
  expect_refused("GET\r\n", "400");
}

TEST_F(Smuggling, OtherVersionsAreNamedAsWhatIsNotServed) {
  expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505");
  expect_refused("GET /healthz HTTP/3.0\r\nHost: test\r\n\r\n", "505");
  expect_refused("GET /healthz HTTP/1.2\r\nHost: test\r\n\r\n", "505");
  expect_refused("GET /healthz HTTP/1.1 \r\nHost: test\r\n\r\n", "400");
  expect_refused("GET /healthz  HTTP/1.1\r\nHost: test\r\n\r\n", "505");
  expect_refused("GET /healthz http/1.1\r\nHost: test\r\n\r\n", "400");
}

TEST_F(Smuggling, AnUpgradeToHttp2IsPassedOver) {
  const Reply reply = service_.exchange(
      request("GET", "/healthz", "", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"));
  EXPECT_EQ(reply.status, 200);
}

TEST_F(Smuggling, ATlsClientHelloIsRefusedAtOnce) {
  expect_refused(std::string("\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03", 11), "400");
}

TEST_F(Smuggling, LineEndsBeforeARequestArePassedOver) {
  // Sketches end a body with println().
  Client client = service_.connect();
  client.send(request("POST", "/upload_audio", heart_sounds(0.5)) + "\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send("\r");
  client.send("\n");
  EXPECT_EQ(client.exchange(request("GET", "/healthz")).status, 200);
}

TEST_F(Smuggling, ARequestMayComeByteByByte) {
  Client client = service_.connect();
  for (const char byte : request("GET", "/healthz")) client.send({&byte, 1});
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace auscult::api_test
