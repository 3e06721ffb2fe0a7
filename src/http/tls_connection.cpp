// What a Connection does under TLS.

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <cstring>

#include "http/connection.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The most that one TLS record holds (RFC 8446, section 5.1).
constexpr std::size_t kRecordBytes = 16U << 10U;
// Of a TLS record that is a handshake; anything else is no TLS.
constexpr std::byte kHandshakeRecord{0x16};

error_code broken() { return make_error_code(boost::system::errc::protocol_error); }

}  // namespace

/// Sends what TLS has to say. What is left after a deadline is sent by the next call.
asio::awaitable<error_code> Connection::flush() {
  for (;;) {
    const auto left = tls_->to_send();
    if (left.empty()) co_return error_code{};
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(left.data(), left.size())};
    const auto [error, bytes] = co_await write_some(buffers);
    tls_->sent(bytes);
    if (error) co_return error;
  }
}

/// Reads ciphertext once.
asio::awaitable<error_code> Connection::feed() {
  if (woken_) co_return error_code(boost::beast::error::timeout);
  ciphertext_.resize(kRecordBytes);
  const auto space = asio::buffer(ciphertext_.data(), ciphertext_.size());
  const auto [error, bytes] = co_await read_some(space);
  ciphertext_.resize(bytes);
  if (bytes > 0) tls_->feed(ciphertext_);
  co_return error;
}

asio::awaitable<Connection::Handshake> Connection::handshake() {
  bool first = true;
  for (;;) {
    const error_code error = co_await feed();
    if (error) co_return Handshake::failed;
    if (first && ciphertext_.front() != kHandshakeRecord) {
      const auto letter = static_cast<char>(ciphertext_.front());
      if (letter < 'A' || letter > 'Z') co_return Handshake::failed;
      tls_.reset();
      co_return Handshake::plain_http;
    }
    first = false;
    const TlsEngine::Step step = tls_->handshake();
    const error_code unsent = co_await flush();
    if (unsent || step == TlsEngine::Step::failed || step == TlsEngine::Step::closed) {
      co_return Handshake::failed;
    }
    if (step == TlsEngine::Step::done) co_return Handshake::done;
  }
}

asio::awaitable<error_code> Connection::receive_encrypted(boost::beast::flat_buffer& buffer) {
  for (;;) {
    const auto space = buffer.prepare(std::min(kReadBytes, buffer.max_size() - buffer.size()));
    std::size_t size = 0;
    const TlsEngine::Step step =
        tls_->read({static_cast<std::byte*>(space.data()), space.size()}, size);
    buffer.commit(size);
    // An answer to the peer's change of keys, or an alert.
    const error_code unsent = co_await flush();
    if (step == TlsEngine::Step::done) co_return error_code{};
    if (step == TlsEngine::Step::closed) co_return asio::error::eof;
    if (step == TlsEngine::Step::failed) co_return broken();
    if (unsent) co_return unsent;
    const error_code error = co_await feed();
    if (error) co_return error;
  }
}

asio::awaitable<error_code> Connection::send_encrypted(std::string_view head,
                                                       std::span<const std::byte> content) {
  // Record by record, so that a large answer is not held twice; the head with what follows it.
  std::vector<std::byte> record;
  while (!head.empty() || !content.empty()) {
    record.resize(std::min(kRecordBytes, head.size() + content.size()));
    const std::size_t of_head = std::min(head.size(), record.size());
    const std::size_t of_content = record.size() - of_head;
    if (of_head > 0) std::memcpy(record.data(), head.data(), of_head);
    if (of_content > 0) std::memcpy(record.data() + of_head, content.data(), of_content);
    head.remove_prefix(of_head);
    content = content.subspan(of_content);
    if (tls_->write(record) != TlsEngine::Step::done) co_return broken();
    const error_code error = co_await flush();
    if (error) co_return error;
  }
  co_return error_code{};
}

}  // namespace auscult::http
