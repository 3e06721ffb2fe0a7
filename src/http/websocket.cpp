#include "http/websocket.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include "http/credentials.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kContinuation = 0;
constexpr std::size_t kMaxControlBytes = 125;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;

Error forbidden(const char* what) { return fail(ErrorCode::invalid_argument, what); }

/// Whether a comma-separated header names `token`.
bool names_token(std::string_view header, std::string_view token) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    if (iequals(trimmed(header.substr(0, end)), token)) return true;
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return false;
}

Response refuse(int status, std::string code, std::string detail) {
  Problem problem{status, std::move(code), std::move(detail)};
  if (status == 426) problem.headers = {{"Upgrade", "websocket"}};
  return to_response(problem, "/v1");
}

}  // namespace

/// Of the frame that has begun, as far as its length is known.
std::size_t MessageReader::header_size() const {
  if (header_bytes_ < 2) return 2;
  const std::uint8_t length = header_[1] & 0x7FU;
  const std::size_t extended = length == kLength16 ? 2 : length == kLength64 ? 8 : 0;
  return 2 + extended + ((header_[1] & kMasked) != 0 ? kMaskBytes : 0);
}

/// Reads a whole header.
Status MessageReader::begin_frame() {
  if ((header_[0] & kReserved) != 0) return forbidden("a reserved bit of a frame is set");
  if ((header_[1] & kMasked) == 0) return forbidden("a client's frame is not masked");
  const std::uint8_t opcode = header_[0] & 0x0FU;
  const bool last = (header_[0] & kFinal) != 0;
  is_control_ = opcode >= 8;

  left_ = header_[1] & 0x7FU;
  if (left_ >= kLength16) {
    const std::size_t bytes = left_ == kLength16 ? 2 : 8;
    left_ = 0;
    for (std::size_t i = 0; i < bytes; ++i) left_ = left_ << 8U | header_[2 + i];
  }
  if (is_control_) {
    if (!last || left_ > kMaxControlBytes) return forbidden("a control frame is cut or too long");
    if (opcode > 10) return forbidden("a frame has an unknown opcode");
    control_ = {static_cast<Opcode>(opcode), {}};
    return Ok{};
  }
  if (opcode > 2) return forbidden("a frame has an unknown opcode");
  if ((opcode == kContinuation) != fragmented_) return forbidden("a message's frames are mixed up");
  if (opcode != kContinuation) message_ = {static_cast<Opcode>(opcode), {}};
  fragmented_ = !last;
  if (left_ > max_message_bytes_ || message_.payload.size() + left_ > max_message_bytes_) {
    return fail(ErrorCode::too_large,
                "a message has more than " + std::to_string(max_message_bytes_) + " bytes");
  }
  return Ok{};
}

Result<std::optional<WebSocketMessage>> MessageReader::read(std::span<const std::byte>& bytes) {
  for (;;) {
    while (!in_payload_) {
      if (bytes.empty()) return std::optional<WebSocketMessage>{};
      header_[header_bytes_++] = static_cast<std::uint8_t>(bytes.front());
      bytes = bytes.subspan(1);
      in_payload_ = header_bytes_ == header_size();
      if (!in_payload_) continue;
      if (const Status begun = begin_frame(); !begun) return begun.error();
      mask_at_ = 0;
    }
    std::vector<std::byte>& payload = is_control_ ? control_.payload : message_.payload;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    const std::uint8_t* mask = header_.data() + header_bytes_ - kMaskBytes;
    for (const std::byte byte : bytes.first(count)) {
      payload.push_back(byte ^ static_cast<std::byte>(mask[mask_at_]));
      mask_at_ = (mask_at_ + 1) % kMaskBytes;
    }
    bytes = bytes.subspan(count);
    left_ -= count;
    if (left_ > 0) return std::optional<WebSocketMessage>{};
    in_payload_ = false;
    header_bytes_ = 0;
    if (is_control_) return std::optional(std::move(control_));
    if (!fragmented_) return std::optional(std::move(message_));
  }
}

std::string encode_frame(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode)));
  const std::uint64_t size = payload.size();
  std::size_t extended = 0;
  if (size <= kMaxControlBytes) {
    frame += static_cast<char>(size);
  } else {
    extended = size <= 0xFFFF ? 2 : 8;
    frame += static_cast<char>(extended == 2 ? kLength16 : kLength64);
  }
  for (std::size_t i = extended; i > 0; --i) {
    frame += static_cast<char>(size >> (8 * (i - 1)) & 0xFFU);
  }
  return frame.append(payload);
}

std::string encode_close(CloseCode code, std::string_view reason) {
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload;
  payload += static_cast<char>(number >> 8U);
  payload += static_cast<char>(number & 0xFFU);
  return encode_frame(Opcode::close, payload.append(reason.substr(0, kMaxControlBytes - 2)));
}

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

Response answer_upgrade(const boost::beast::http::request_header<>& header) {
  if (header.method() != boost::beast::http::verb::get || header.version() < 11 ||
      !names_token(header[field::upgrade], "websocket") ||
      !names_token(header[field::connection], "upgrade")) {
    return refuse(426, "upgrade_required", "this is a WebSocket: ws://.../v1/stream");
  }
  if (header[field::sec_websocket_version] != "13") {
    Response response = refuse(426, "upgrade_required", "Sec-WebSocket-Version must be 13");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  constexpr std::size_t kKeyLength = 24;
  const std::string_view key = trimmed(header[field::sec_websocket_key]);
  if (key.size() != kKeyLength) {
    return refuse(400, "invalid_argument", "Sec-WebSocket-Key must be 16 bytes in base64");
  }
  const auto origin = header.find(field::origin);
  if (origin != header.end() && !is_same_origin(origin->value(), header[field::host])) {
    return refuse(403, "forbidden", "this page is of another origin");
  }
  Response response;
  response.status = 101;
  response.headers = {{"Upgrade", "websocket"},
                      {"Connection", "Upgrade"},
                      {"Sec-WebSocket-Accept", websocket_accept(key)}};
  return response;
}

}  // namespace auscult::http
