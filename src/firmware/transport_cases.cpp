#include <algorithm>
#include <cmath>
#include <thread>

#include "firmware/cases.hpp"
#include "json/json.hpp"

namespace auscult::firmware {
namespace {

using json::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kReceipt = "200, Content-Length, \"Class|Conf: N%\" within 5 s";

Post plain(Bench& bench) { return {.body = encode(bench.heart(16'000), Layout{})}; }

Post chunked(Bench& bench) {
  Post post;
  post.headers = {"Transfer-Encoding: chunked", "x-audio-sample-rates: 16000", "x-audio-bits: 16",
                  "x-audio-channel: 1"};
  post.says_length = false;
  post.body = encode(bench.heart(16'000), Layout{});
  return post;
}

/// Sends the pieces one by one with a pause after each, then waits as a device does.
Outcome send_in_pieces(Bench& bench, const std::string& head,
                       const std::vector<std::string>& pieces, milliseconds pause) {
  Outcome outcome;
  const std::unique_ptr<Wire> wire = bench.connect(outcome);
  if (wire == nullptr) return outcome;
  Exchange exchange{.sent_head = head};
  Status sent = Ok{};
  Clock::time_point due = Clock::now();
  for (const std::string& piece : pieces) {
    if (sent) sent = wire->send(piece, kDevicePatience);
    if (!sent) break;
    exchange.sent_bytes += piece.size();
    due += pause;
    std::this_thread::sleep_until(due);
  }
  exchange.reply = await_reply(*wire, Clock::now() + kDevicePatience);
  Bench::check_receipt(exchange, outcome);
  if (!sent && exchange.reply.status == 0) {
    outcome.add(sent.error().message, "take in what a slow device sends, however long it takes");
  }
  outcome.exchanges.push_back(std::move(exchange));
  return outcome;
}

std::vector<std::string> cut(std::string_view text, std::size_t bytes) {
  std::vector<std::string> pieces;
  for (; !text.empty(); text.remove_prefix(std::min(bytes, text.size()))) {
    pieces.emplace_back(text.substr(0, bytes));
  }
  return pieces;
}

Outcome hand_made_chunks(Bench& bench) {
  const Post post = chunked(bench);
  const std::string head = bench.head_of(post);
  std::vector<std::string> pieces = {head};
  std::ranges::move(to_chunks(post.body, 1'024), std::back_inserter(pieces));
  return send_in_pieces(bench, head, pieces, milliseconds(0));
}

/// Size, content and line end of a chunk are three writes.
Outcome chunks_in_parts(Bench& bench) {
  const Post post = chunked(bench);
  const std::string head = bench.head_of(post);
  std::vector<std::string> pieces = {head};
  for (const std::string& chunk : to_chunks(post.body, 8'192)) {
    const std::size_t line = chunk.find('\n') + 1;
    pieces.push_back(chunk.substr(0, line));
    if (chunk.size() < line + 3) continue;
    pieces.push_back(chunk.substr(line, chunk.size() - line - 2));
    pieces.emplace_back("\r\n");
  }
  pieces.back() = "0\r\n";
  pieces.emplace_back("\r\n");
  return send_in_pieces(bench, head, pieces, milliseconds(1));
}

Outcome line_by_line(Bench& bench) {
  const Post post = plain(bench);
  const std::string head = bench.head_of(post);
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = head.find("\r\n", at) + 2;
    pieces.push_back(head.substr(at, end - at));
    at = end;
  }
  std::ranges::move(cut(post.body, 1'460), std::back_inserter(pieces));
  return send_in_pieces(bench, head, pieces, milliseconds(0));
}

Outcome slowly(Bench& bench) {
  const Post post = plain(bench);
  const milliseconds whole = bench.is_full() ? milliseconds(seconds(120)) : milliseconds(2'500);
  std::vector<std::string> pieces = cut(bench.head_of(post) + post.body, 512);
  const auto pause = whole / static_cast<int>(pieces.size());
  return send_in_pieces(bench, bench.head_of(post), pieces, pause);
}

Outcome at_the_microphones_pace(Bench& bench) {
  const Post post = chunked(bench);
  const std::string head = bench.head_of(post);
  std::vector<std::string> pieces = {head};
  std::ranges::move(to_chunks(post.body, 3'200), std::back_inserter(pieces));
  return send_in_pieces(bench, head, pieces, milliseconds(bench.is_full() ? 100 : 20));
}

Outcome many_small_posts(Bench& bench) {
  Outcome outcome;
  for (const std::string& piece : cut(plain(bench).body, 16'000)) {
    outcome.exchanges.push_back(
        bench.exchange({.headers = {"Connection: close"}, .body = piece}, outcome));
    if (!outcome.faults.empty()) break;
    Bench::check_receipt(outcome.exchanges.back(), outcome);
  }
  return outcome;
}

Outcome two_on_one_connection(Bench& bench) {
  Outcome outcome;
  const std::unique_ptr<Wire> wire = bench.connect(outcome);
  if (wire == nullptr) return outcome;
  const Post post = plain(bench);
  for (int i = 0; i < 2 && outcome.faults.empty(); ++i) {
    outcome.exchanges.push_back(Bench::exchange(*wire, bench.head_of(post), post.body));
    Bench::check_receipt(outcome.exchanges.back(), outcome);
    if (i == 0 || outcome.faults.empty()) continue;
    outcome.faults.front().advice +=
        " (it was the second on a connection, which HTTP/1.1 keeps open unless the answer says "
        "Connection: close)";
  }
  return outcome;
}

/// Sends a request that asks for the connection's end after it.
Outcome until_the_end(Bench& bench, const Post& post) {
  Outcome outcome;
  const std::unique_ptr<Wire> wire = bench.connect(outcome);
  if (wire == nullptr) return outcome;
  outcome.exchanges.push_back(Bench::exchange(*wire, bench.head_of(post), post.body));
  Bench::check_receipt(outcome.exchanges.back(), outcome);
  std::string more;
  const Wire::Read last = wire->receive(more, kFirstBytes, Clock::now() + kDevicePatience);
  if (outcome.faults.empty() && last == Wire::Read::timeout) {
    outcome.add("the connection stays open after the answer",
                "close it after the answer to who asks for that, or speaks HTTP/1.0: such firmware "
                "reads up to the end");
  }
  return outcome;
}

Outcome closes_after_it(Bench& bench) {
  Post post = plain(bench);
  post.headers = {"Connection: close"};
  return until_the_end(bench, post);
}

Outcome http_1_0(Bench& bench) {
  Post post = plain(bench);
  post.version = "HTTP/1.0";
  post.says_host = false;
  return until_the_end(bench, post);
}

Outcome expects_continue(Bench& bench) {
  Outcome outcome;
  const std::unique_ptr<Wire> wire = bench.connect(outcome);
  if (wire == nullptr) return outcome;
  Post post = plain(bench);
  post.headers = {"Expect: 100-continue"};
  Exchange exchange{.sent_head = bench.head_of(post)};
  if (const Status sent = wire->send(exchange.sent_head, kDevicePatience); !sent) {
    outcome.add(sent.error().message, "read the header before anything else");
    return outcome;
  }
  std::string interim;
  Wire::Read last = Wire::Read::bytes;
  const Clock::time_point until = Clock::now() + seconds(2);
  while (last == Wire::Read::bytes && interim.find("\r\n\r\n") == std::string::npos) {
    last = wire->receive(interim, kFirstBytes, until);
  }
  if (parse_head(interim).status != 100) {
    outcome.add("no 100 Continue came to a request with Expect: 100-continue",
                "send it as soon as the header is read: curl waits a second for it, other clients "
                "for ever");
  }
  if (const Status sent = wire->send(post.body, seconds(60)); sent) {
    exchange.sent_bytes = post.body.size();
  }
  exchange.reply = await_reply(*wire, Clock::now() + kDevicePatience);
  Bench::check_receipt(exchange, outcome);
  exchange.reply.interim.push_back(100);
  outcome.exchanges.push_back(std::move(exchange));
  return outcome;
}

/// What there is of the status line and of the content in the first bytes that a device reads.
Outcome reads_64_bytes(Bench& bench) {
  Outcome outcome;
  const std::unique_ptr<Wire> wire = bench.connect(outcome);
  if (wire == nullptr) return outcome;
  const Post post = plain(bench);
  Exchange exchange{.sent_head = bench.head_of(post)};
  if (wire->send(exchange.sent_head + post.body, seconds(60))) {
    exchange.sent_bytes = post.body.size();
  }
  std::string first;
  Wire::Read last = Wire::Read::bytes;
  const Clock::time_point until = Clock::now() + kDevicePatience;
  while (last == Wire::Read::bytes && first.size() < kFirstBytes) {
    last = wire->receive(first, kFirstBytes - first.size(), until);
  }
  wire->vanish();
  exchange.reply = parse_head(first);
  if (exchange.reply.status != 200) {
    outcome.add("the first 64 bytes hold no status 200",
                "begin with the final status line, and send it with the header in one go");
  }
  outcome.exchanges.push_back(std::move(exchange));
  // It has gone in the middle of the answer; the next one must not notice.
  outcome.exchanges.push_back(bench.exchange(post, outcome));
  if (outcome.faults.empty()) Bench::check_receipt(outcome.exchanges.back(), outcome);
  return outcome;
}

/// Sends a part of an upload, does `then`, and sees that the next upload is answered.
template <typename Then>
Outcome breaks_off(Bench& bench, double share, const Then& then) {
  Outcome outcome;
  const Post post = plain(bench);
  {
    const std::unique_ptr<Wire> wire = bench.connect(outcome);
    if (wire == nullptr) return outcome;
    const auto size = static_cast<std::size_t>(share * static_cast<double>(post.body.size()));
    Exchange exchange{.sent_head = bench.head_of(post), .sent_bytes = size};
    if (const Status sent = wire->send(exchange.sent_head + post.body.substr(0, size), seconds(60));
        !sent) {
      outcome.add(sent.error().message, "take in what is sent");
      return outcome;
    }
    then(*wire, exchange, outcome);
    outcome.exchanges.push_back(std::move(exchange));
  }
  outcome.exchanges.push_back(bench.exchange(post, outcome));
  if (outcome.faults.empty()) Bench::check_receipt(outcome.exchanges.back(), outcome);
  return outcome;
}

void expect_refusal(Wire& wire, Exchange& exchange, Outcome& outcome, seconds patience) {
  exchange.reply = await_reply(wire, Clock::now() + patience);
  const int status = exchange.reply.status;
  if (status == 200) {
    outcome.add("half a body was answered with 200",
                "answer 200 only to what came whole: the device takes it for stored");
  } else if (status != 0 && status != 400 && status != 408) {
    outcome.add("half a body was answered with " + std::to_string(status),
                "answer 400 or 408, or close");
  } else if (status == 0 && exchange.reply.is_timeout) {
    outcome.add("the server still waits for a device that sends no more",
                "give up on a body that does not come, within four minutes at most");
  }
}

Outcome ends_mid_body(Bench& bench) {
  return breaks_off(bench, 0.5, [](Wire& wire, Exchange& exchange, Outcome& outcome) {
    wire.end_sending();
    expect_refusal(wire, exchange, outcome, seconds(10));
  });
}

Outcome silent_mid_body(Bench& bench) {
  return breaks_off(bench, 0.5, [](Wire& wire, Exchange& exchange, Outcome& outcome) {
    expect_refusal(wire, exchange, outcome, seconds(240));
  });
}

Outcome vanishes_mid_body(Bench& bench) {
  return breaks_off(bench, 0.5, [](Wire& wire, Exchange&, Outcome&) { wire.vanish(); });
}

Outcome leaves_before_the_answer(Bench& bench) {
  return breaks_off(bench, 1, [](Wire& wire, Exchange&, Outcome&) { wire.vanish(); });
}

Outcome waits_5_s(Bench& bench) {
  // The most that comes at once: ten seconds of everything.
  Post post;
  post.query = "sample_rate=48000&bits=32&channels=2";
  const std::string once = encode(bench.heart(48'000), {.bytes = 4, .channels = 2});
  post.body = once + once;
  return bench.upload(post);
}

/// Waits for less long than the answer takes, goes, and sends the same once more.
Outcome retries(Bench& bench) {
  return breaks_off(bench, 1, [](Wire& wire, Exchange& exchange, Outcome&) {
    exchange.reply = await_reply(wire, Clock::now());
    wire.vanish();
  });
}

Outcome sends_nothing(Bench& bench) {
  Outcome outcome;
  outcome.exchanges.push_back(bench.exchange({}, outcome));
  if (!outcome.faults.empty()) return outcome;
  const Reply& reply = outcome.exchanges.back().reply;
  Bench::check_framing(outcome.exchanges.back(), outcome);
  if (reply.status != 400 || reply.body != "No audio data received") {
    outcome.add("an empty body was answered with " + std::to_string(reply.status) + " \"" +
                    reply.body.substr(0, kFirstBytes) + "\"",
                "answer 400 and \"No audio data received\", which firmware shows");
  }
  return outcome;
}

Outcome asks_for_the_result(Bench& bench) {
  Outcome outcome = bench.upload(plain(bench));
  if (!outcome.faults.empty()) return outcome;
  Post get{.method = "GET", .path = "/"};
  get.says_length = false;
  outcome.exchanges.push_back(bench.exchange(get, outcome));
  if (!outcome.faults.empty()) return outcome;
  const Exchange& last = outcome.exchanges.back();
  Bench::check_framing(last, outcome);
  const Json data = Json::parse(last.reply.body, nullptr, /*allow_exceptions=*/false);
  const bool is_whole = last.reply.status == 200 && data.is_object() && data.size() == 2 &&
                        data.contains("class") && data["class"].is_string() &&
                        data.contains("confidence") && data["confidence"].is_number();
  if (!is_whole) {
    outcome.add("GET / answers " + std::to_string(last.reply.status) + " \"" +
                    last.reply.body.substr(0, kFirstBytes) + "\"",
                R"(answer 200 and {"class": ..., "confidence": ...}, exactly these two)");
  }
  return outcome;
}

}  // namespace

std::vector<Case> transport_cases() {
  return {
      {"hand-made-chunks", "ESP-ADF HTTP stream", "chunked by hand, sizes as \"0400\"", kReceipt,
       hand_made_chunks},
      {"chunks-in-parts", "WiFiClient.print() of size, samples and line end",
       "every chunk comes in three packets", kReceipt, chunks_in_parts},
      {"line-by-line", "WiFiClient.println() for each header",
       "the header comes in as many packets as it has lines", kReceipt, line_by_line},
      {"microphones-pace", "ESP-ADF pipeline that records while it sends",
       "a chunk each 100 ms, as long as the recording lasts (--full; else five times as fast)",
       kReceipt, at_the_microphones_pace},
      {"slow-sender", "device at the edge of its network",
       "1.3 kB a second for two minutes (--full; else for 2.5 s)", kReceipt, slowly},
      {"many-small-posts", "sketch with room for half a second of sound",
       "one recording in many posts, each on a new connection; each is answered by itself",
       "the receipt after every post", many_small_posts, Sound::other},
      {"two-on-one-connection", "HTTPClient with setReuse(true)",
       "the second upload comes on the connection of the first", "the receipt twice",
       two_on_one_connection},
      {"connection-close", "sketch that reads until the connection ends", "Connection: close",
       "the receipt, then the end", closes_after_it},
      {"http-1.0", "SIM800 modem", "HTTP/1.0 without Host", "the receipt, then the end", http_1_0},
      {"expect-100-continue", "libcurl in a gateway",
       "holds the body back until 100 Continue comes", "100, then the receipt", expects_continue},
      {"no-expect-no-1xx", "ESP32 HTTPClient",
       "takes the first status for the final one, whatever it is", "the receipt and nothing before",
       [](Bench& bench) { return bench.upload(plain(bench)); }},
      {"reads-64-bytes", "sketch with char answer[64]",
       "reads the first 64 bytes and goes; the status must be in them",
       "\"HTTP/1.1 200\" in the first packet; the next device is served", reads_64_bytes},
      {"waits-5-s", "ESP32 HTTPClient with its default timeout",
       "gives up 5 s after the last byte, here of 3.8 MB", kReceipt, waits_5_s, Sound::other},
      {"leaves-before-the-answer", "device that is switched off after sending",
       "the connection breaks before the answer is written", "the next device is served",
       leaves_before_the_answer},
      {"ends-mid-body", "device whose buffer holds less than it announced",
       "half of the Content-Length, then the end", "400, 408 or the end; never 200", ends_mid_body},
      {"silent-mid-body", "device that has crashed", "half of the Content-Length, then nothing",
       "408 or the end within four minutes; never 200", silent_mid_body, Sound::same, Time::full},
      {"vanishes-mid-body", "device out of its network's reach", "the connection breaks half-way",
       "the next device is served", vanishes_mid_body},
      {"retries", "firmware that sends again after its timeout",
       "the same body twice, the first answer never read", "the receipt to the second", retries},
      {"sends-nothing", "device whose recording failed", "an empty body",
       "400 and \"No audio data received\"", sends_nothing, Sound::other},
      {"asks-for-the-result", "display that polls GET /", "the last result in two members",
       R"(200, Content-Length, {"class", "confidence"})", asks_for_the_result},
  };
}

}  // namespace auscult::firmware
