#include "firmware/bench.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace auscult::firmware {
namespace {

constexpr double kHeartS = 5;
// A megabyte over a bad wireless network.
constexpr std::chrono::seconds kSendPatience{60};
constexpr std::string_view kConfidence = "|Conf: ";

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string first_line(std::string_view text) {
  constexpr std::size_t kShown = 120;
  std::string line(text.substr(0, std::min(text.find_first_of("\r\n"), kShown)));
  for (char& letter : line) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return line;
}

void check_arrival(const Reply& reply, Outcome& outcome) {
  if (reply.is_timeout) {
    outcome.add("no answer within 5 s",
                "answer within 5 s of the last byte: an ESP32 gives up then, and sends again");
  } else if (reply.head.empty()) {
    outcome.add("the connection ended without an answer",
                "answer every request before closing; look into the server's log");
  } else {
    outcome.add("what came is no HTTP/1.1 answer: \"" + first_line(reply.head) + "\"",
                "is this the port of the service? It must speak HTTP/1.1 without encryption");
  }
}

}  // namespace

std::string class_of(std::string_view receipt) {
  const std::size_t bar = receipt.find(kConfidence);
  if (bar == std::string_view::npos || bar == 0) return {};
  const std::string_view percent = receipt.substr(bar + kConfidence.size());
  if (percent.size() < 2 || percent.size() > 4 || percent.back() != '%' ||
      !std::ranges::all_of(percent.substr(0, percent.size() - 1), is_digit)) {
    return {};
  }
  return std::string(receipt.substr(0, bar));
}

const std::vector<std::int16_t>& Bench::heart(int sample_rate_hz) {
  std::vector<std::int16_t>& heart = hearts_[sample_rate_hz];
  if (heart.empty()) heart = heart_samples(sample_rate_hz, kHeartS);
  return heart;
}

std::string Bench::head_of(const Post& post) const {
  std::string target = address_.prefix + post.path;
  std::string query = post.query;
  if (!options_.device.empty()) {
    query = "device=" + options_.device + (query.empty() ? "" : "&" + query);
  }
  if (!query.empty()) target += "?" + query;
  std::string head = post.method + " " + target + " " + post.version + "\r\n";
  if (post.says_host) head += "Host: " + address_.authority() + "\r\n";
  if (!options_.key.empty()) head += "Authorization: Bearer " + options_.key + "\r\n";
  for (const std::string& header : post.headers) head += header + "\r\n";
  if (post.says_length) head += "Content-Length: " + std::to_string(post.body.size()) + "\r\n";
  return head + "\r\n";
}

std::unique_ptr<Wire> Bench::connect(Outcome& outcome) const {
  Result<std::unique_ptr<Wire>> wire = Wire::connect(address_, kDevicePatience);
  if (wire) return *std::move(wire);
  outcome.add(wire.error().message, "start the service, and let this machine reach its port");
  return nullptr;
}

Exchange Bench::exchange(Wire& wire, std::string head, std::string_view body) {
  Exchange exchange;
  exchange.sent_head = std::move(head);
  // An answer may come before all is sent, and then says why: it is read in any case.
  const Status sent = wire.send(exchange.sent_head + std::string(body), kSendPatience);
  if (sent) exchange.sent_bytes = body.size();
  exchange.reply = await_reply(wire, Clock::now() + kDevicePatience);
  return exchange;
}

Exchange Bench::exchange(const Post& post, Outcome& outcome) const {
  const std::unique_ptr<Wire> wire = connect(outcome);
  if (wire == nullptr) return {};
  return exchange(*wire, head_of(post), post.body);
}

Outcome Bench::upload(const Post& post) const {
  Outcome outcome;
  outcome.exchanges.push_back(exchange(post, outcome));
  if (outcome.faults.empty()) check_receipt(outcome.exchanges.back(), outcome);
  return outcome;
}

void Bench::check_framing(const Exchange& exchange, Outcome& outcome) {
  const Reply& reply = exchange.reply;
  if (!reply.interim.empty()) {
    outcome.add("an interim answer, " + std::to_string(reply.interim.front()) +
                    ", came to a request without Expect",
                "send 1xx only to who asks for it: firmware takes any status for the final one");
  }
  if (reply.status == 0) return check_arrival(reply, outcome);
  if (reply.find("transfer-encoding") != nullptr) {
    outcome.add("the answer is in Transfer-Encoding: " + *reply.find("transfer-encoding"),
                "send Content-Length instead: firmware prints the chunk sizes as if they were the "
                "answer. A proxy in between may do this: turn its chunking off");
  } else if (reply.find("content-length") == nullptr) {
    outcome.add("the answer has no Content-Length",
                "say the length of every answer: firmware waits for the connection's end, or gives "
                "up");
  } else if (!reply.is_whole) {
    outcome.add("the answer is shorter than its Content-Length says",
                "send as many bytes as Content-Length says");
  }
  if (reply.find("content-encoding") != nullptr) {
    outcome.add("the answer is compressed: " + *reply.find("content-encoding"),
                "send answers as they are to who does not ask for less; a proxy in between may do "
                "this: turn its gzip off");
  }
  if (reply.head_after_s > std::chrono::duration<double>(kDevicePatience).count()) {
    outcome.add("the answer came after 5 s", "answer sooner: an ESP32 has given up by then");
  }
}

void Bench::check_receipt(const Exchange& exchange, Outcome& outcome) {
  const Reply& reply = exchange.reply;
  check_framing(exchange, outcome);
  if (reply.status == 0) return;
  if (reply.status != 200) {
    const bool is_locked = reply.status == 401 || reply.status == 403;
    outcome.add(
        "the status is " + std::to_string(reply.status) + ": \"" + first_line(reply.body) + "\"",
        is_locked ? "name a key that may upload with --key, and give the device one"
                  : "take what devices send as it is, and answer 200");
    return;
  }
  outcome.answered_class = class_of(reply.body);
  if (outcome.answered_class.empty()) {
    outcome.add("the answer is \"" + first_line(reply.body) + "\"",
                "answer in one line, \"Normal|Conf: 98%\": displays show it as it comes");
  } else if (reply.body.size() > kFirstBytes) {
    outcome.add("the answer has " + std::to_string(reply.body.size()) + " bytes",
                "say all within the first 64 bytes: some firmware reads no more");
  }
}

}  // namespace auscult::firmware
