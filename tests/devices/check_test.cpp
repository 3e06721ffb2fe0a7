// That the check finds what is wrong: servers that answer as no device can read.

#include "firmware/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>
#include <vector>

namespace auscult::firmware {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::IsEmpty;

/// Reads a header and answers each connection with the same bytes, then closes it.
class FixedServer {
 public:
  explicit FixedServer(std::string answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FixedServer() {
    stopping_ = true;
    boost::system::error_code ignored;
    asio::ip::tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  FixedServer(const FixedServer&) = delete;
  FixedServer& operator=(const FixedServer&) = delete;

  [[nodiscard]] Address address() const {
    return {.host = "127.0.0.1",
            .port = std::to_string(acceptor_.local_endpoint().port()),
            .prefix = ""};
  }

 private:
  void serve() {
    while (!stopping_) {
      boost::system::error_code error;
      asio::ip::tcp::socket socket = acceptor_.accept(error);
      if (error || stopping_) return;
      std::string got;
      std::array<char, 4096> block{};
      while (!error && got.find("\r\n\r\n") == std::string::npos) {
        got.append(block.data(), socket.read_some(asio::buffer(block), error));
      }
      asio::write(socket, asio::buffer(answer_), error);
      socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
      // What still comes is taken in, or the client would lose the answer to a reset.
      while (!error) socket.read_some(asio::buffer(block), error);
    }
  }

  std::string answer_;
  std::atomic<bool> stopping_ = false;
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

Outcome upload_to(const std::string& answer) {
  const FixedServer server(answer);
  Bench bench(server.address(), {});
  return bench.upload({.body = std::string(100, '\0')});
}

std::string whole(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(DeviceCheck, PassesAnAnswerThatEveryDeviceCanRead) {
  const Outcome outcome = upload_to(whole("Normal|Conf: 98%"));
  EXPECT_THAT(outcome.faults, IsEmpty());
  EXPECT_EQ(outcome.answered_class, "Normal");
}

TEST(DeviceCheck, NamesWhatADeviceCannotRead) {
  const std::string good = "Normal|Conf: 98%";
  struct Case {
    const char* what;
    std::string answer;
  };
  const std::vector<Case> cases = {
      {"Transfer-Encoding",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + good + "\r\n0\r\n\r\n"},
      {"no Content-Length", "HTTP/1.1 200 OK\r\n\r\n" + good},
      {"shorter than", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + good},
      {"compressed", whole(good, "Content-Encoding: gzip\r\n")},
      {"interim answer, 100", "HTTP/1.1 100 Continue\r\n\r\n" + whole(good)},
      {"status is 500", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"},
      {"answer is \"{", whole(R"({"class": "Normal"})")},
      {"has 71 bytes", whole(std::string(60, 'N') + "|Conf: 100%")},
      {"no HTTP/1.1 answer", "220 mail ready\r\n"},
      {"without an answer", ""},
  };
  for (const auto& [what, answer] : cases) {
    const Outcome outcome = upload_to(answer);
    ASSERT_FALSE(outcome.faults.empty()) << what;
    std::string all;
    for (const Fault& fault : outcome.faults) {
      all += fault.what + "\n";
      EXPECT_FALSE(fault.advice.empty()) << fault.what;
    }
    EXPECT_THAT(all, HasSubstr(what));
  }
}

TEST(DeviceCheck, SaysThatNobodyIsThere) {
  Address nowhere;
  {
    const FixedServer server("");
    nowhere = server.address();
  }
  Bench bench(nowhere, {});
  const Outcome outcome = bench.upload({.body = "ab"});
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_THAT(outcome.faults.front().what, HasSubstr("no connection to 127.0.0.1:"));
}

TEST(DeviceCheck, FailsACaseThatGetsAnotherClass) {
  const FixedServer server(whole("Murmur|Conf: 60%"));
  Bench bench(server.address(), {});
  const Case first = all_cases().front();
  EXPECT_TRUE(check(first, bench, "Murmur").passed());
  const Verdict verdict = check(first, bench, "Normal");
  ASSERT_EQ(verdict.outcome.faults.size(), 1U);
  EXPECT_THAT(verdict.outcome.faults.front().what,
              HasSubstr("Murmur here and Normal as plain 16 kHz"));
  EXPECT_THAT(to_text(verdict), HasSubstr("FAIL"));
  EXPECT_EQ(to_json(verdict)["verdict"], "failed");
}

TEST(DeviceCheck, FindsHalfABodyTakenForAWholeOne) {
  const FixedServer server(whole("Normal|Conf: 98%"));
  Bench bench(server.address(), {});
  for (const Case& each : all_cases()) {
    if (each.name != "ends-mid-body") continue;
    const Verdict verdict = check(each, bench, "");
    ASSERT_FALSE(verdict.passed());
    EXPECT_THAT(verdict.outcome.faults.front().what, HasSubstr("half a body"));
  }
}

TEST(DeviceCheck, SkipsWhatNeedsAllItsTime) {
  Bench bench({}, {});
  const Verdict verdict = check(
      {.name = "x", .device = "", .reason = "", .must_see = "", .time = Time::full}, bench, "");
  EXPECT_TRUE(verdict.is_skipped);
  EXPECT_EQ(to_json(verdict)["verdict"], "skipped");
}

TEST(ClassOf, ReadsAReceiptAndNothingElse) {
  EXPECT_EQ(class_of("Normal|Conf: 98%"), "Normal");
  EXPECT_EQ(class_of("Extrahls|Conf: 100%"), "Extrahls");
  for (const char* text : {"", "|Conf: 98%", "Normal", "Normal|Conf: %", "Normal|Conf: 9.8%",
                           "Normal|Conf: 98", "Normal|Conf: 98% "}) {
    EXPECT_EQ(class_of(text), "") << text;
  }
}

}  // namespace
}  // namespace auscult::firmware
