#pragma once

#include <array>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "http/response.hpp"

/// The server's side of a WebSocket (RFC 6455), without extensions. Bytes in, messages out; no
/// sockets. docs/decisions/0010 says why it is our own.
namespace auscult::http {

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Why a WebSocket ends (section 7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
};

struct WebSocketMessage {
  Opcode opcode = Opcode::text;
  std::vector<std::byte> payload;

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(payload.data()), payload.size()};
  }
};

/// Takes the messages out of what a client sends. One thread.
class MessageReader {
 public:
  explicit MessageReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  void set_max_message_bytes(std::size_t bytes) { max_message_bytes_ = bytes; }

  /// Takes bytes off the front of `bytes`, up to the end of a message, which is returned, or all of
  /// them. Fails with invalid_argument on what the protocol forbids and with too_large on a message
  /// over the bound, before it is read; the connection cannot be used any further then.
  Result<std::optional<WebSocketMessage>> read(std::span<const std::byte>& bytes);

  /// What a message that is not yet whole takes up.
  [[nodiscard]] std::size_t held_bytes() const { return message_.payload.capacity(); }

 private:
  [[nodiscard]] std::size_t header_size() const;
  Status begin_frame();

  std::size_t max_message_bytes_;
  std::array<std::uint8_t, 14> header_{};
  std::size_t header_bytes_ = 0;  ///< Of the present frame's header, so many have come.
  bool in_payload_ = false;
  bool is_control_ = false;
  std::uint64_t left_ = 0;    ///< Bytes of the present frame's payload that have not come.
  std::size_t mask_at_ = 0;   ///< Which byte of the mask is next.
  bool fragmented_ = false;   ///< A message has begun whose last frame has not come.
  WebSocketMessage message_;  ///< Text or binary.
  WebSocketMessage control_;  ///< Close, ping or pong, which may come between a message's frames.
};

/// One message as a server sends it.
std::string encode_frame(Opcode opcode, std::string_view payload);
/// A close message; its reason is cut to what fits.
std::string encode_close(CloseCode code, std::string_view reason);

/// What Sec-WebSocket-Accept answers to a key (section 4.2.2).
std::string websocket_accept(std::string_view key);

/// The answer to a request for a WebSocket: 101, or why not. A page of another origin is refused
/// (403): unlike other answers, what comes on a WebSocket is not kept from it by the browser.
Response answer_upgrade(const boost::beast::http::request_header<>& header);

}  // namespace auscult::http
