#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "firmware/address.hpp"
#include "firmware/reply.hpp"
#include "firmware/sound.hpp"
#include "firmware/wire.hpp"

namespace auscult::firmware {

/// How long an ESP32's HTTP client waits for the header of an answer.
inline constexpr std::chrono::seconds kDevicePatience{5};

/// As many bytes of an answer as the least capable firmware reads.
inline constexpr std::size_t kFirstBytes = 64;

/// What was wrong, and what to do about it, each in a sentence for the server's maker.
struct Fault {
  std::string what;
  std::string advice;
  bool operator==(const Fault&) const = default;
};

/// One request as it was sent, and what came back.
struct Exchange {
  std::string sent_head = {};
  std::size_t sent_bytes = 0;  ///< Of the body, as far as it was sent.
  Reply reply = {};
};

/// What a case has found.
struct Outcome {
  std::vector<Exchange> exchanges;
  std::vector<Fault> faults;
  std::string answered_class;  ///< Empty if there is none.
  double took_s = 0;

  void add(std::string what, std::string advice) {
    faults.push_back({std::move(what), std::move(advice)});
  }
};

/// A request put together as firmware does, in its order and spelling.
struct Post {
  std::string method = "POST";
  std::string path = "/upload_audio";
  std::string query = {};  ///< "rate=8000&channels=2"
  std::vector<std::string> headers = {};
  std::string body = {};
  std::string version = "HTTP/1.1";
  bool says_length = true;  ///< Content-Length.
  bool says_host = true;
};

struct BenchOptions {
  std::string device = "device-check";  ///< Under which recordings are stored.
  std::string key = {};                 ///< An API key, if the server asks for one.
  bool is_full = false;                 ///< Slow devices take their real time.
};

/// Where the cases run: the server's address, what is sent, and what every device checks. One
/// thread.
class Bench {
 public:
  Bench(Address address, BenchOptions options)
      : address_(std::move(address)), options_(std::move(options)) {}

  [[nodiscard]] bool is_full() const { return options_.is_full; }
  [[nodiscard]] const BenchOptions& options() const { return options_; }

  /// The sound of most cases at this rate; made once. Five seconds of it.
  const std::vector<std::int16_t>& heart(int sample_rate_hz);

  /// The bytes of the request up to and with the empty line.
  [[nodiscard]] std::string head_of(const Post& post) const;

  /// A connection; a fault of the outcome and null if there is none.
  std::unique_ptr<Wire> connect(Outcome& outcome) const;

  /// Sends the whole request in one go on a connection of its own and waits for the answer.
  Exchange exchange(const Post& post, Outcome& outcome) const;
  /// The same on a connection that is there.
  static Exchange exchange(Wire& wire, std::string head, std::string_view body);

  /// Sends the request and checks the answer as every device does: check_receipt().
  [[nodiscard]] Outcome upload(const Post& post) const;

  /// What must hold of each answer to an upload: one final status 200 and nothing before it,
  /// Content-Length, neither chunked nor compressed, within 5 s, all of it in the first 64 bytes,
  /// "Class|Conf: 98%". What does not is a fault of the outcome. Then takes the class.
  static void check_receipt(const Exchange& exchange, Outcome& outcome);
  /// Only how the answer is framed, whatever its status.
  static void check_framing(const Exchange& exchange, Outcome& outcome);

 private:
  Address address_;
  BenchOptions options_;
  std::map<int, std::vector<std::int16_t>> hearts_;
};

/// "Normal" of "Normal|Conf: 98%"; empty if the text is no such line.
std::string class_of(std::string_view receipt);

}  // namespace auscult::firmware
