#include "http/connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <utility>

namespace auscult::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// What waits in the kernel to be sent, beyond what is on its way. Without a bound a client that
// does not read has answers of several megabytes made for it and kept there.
constexpr int kMostUnsentBytes = 128 * 1024;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const std::shared_ptr<const TlsContext>& tls)
    : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  // Answers are short and complete: waiting to fill a segment only delays them.
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsentBytes,
               sizeof kMostUnsentBytes);
  if (tls != nullptr) tls_.emplace(*tls);
}

std::string Connection::peer_address() const {
  error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string(error);
}

void Connection::interrupt() {
  interrupted_ = true;
  timer_.cancel();
}

void Connection::wake() {
  woken_ = receiving_;
  if (waiting_) timer_.cancel();
}

void Connection::watch(std::function<void()> lost) {
  // Of the socket's error conditions; the end of what the peer sends is none.
  socket_.async_wait(asio::ip::tcp::socket::wait_error,
                     asio::bind_cancellation_slot(end_of_watch_.slot(),
                                                  [lost = std::move(lost)](error_code error) {
                                                    if (!error) lost();
                                                  }));
}

void Connection::stop_watching() { end_of_watch_.emit(asio::cancellation_type::terminal); }

/// Waits for `operation` (an initiation with as much as its buffers take) or the deadline.
template <typename Operation>
asio::awaitable<Connection::Waited> Connection::wait(Operation operation) {
  if (interrupted_) co_return std::pair(error_code(asio::error::operation_aborted), 0UL);
  if (Clock::now() >= due_) co_return std::pair(error_code(boost::beast::error::timeout), 0UL);
  timer_.expires_at(due_);
  auto group = asio::experimental::make_parallel_group(std::move(operation),
                                                       timer_.async_wait(asio::deferred));
  const auto [order, error, bytes, timer_error] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (error != asio::error::operation_aborted) co_return std::pair(error, bytes);
  co_return std::pair(interrupted_ ? error : error_code(boost::beast::error::timeout), bytes);
}

asio::awaitable<Connection::Waited> Connection::read_some(asio::mutable_buffer space) {
  waiting_ = receiving_;
  const Waited result = co_await wait(socket_.async_read_some(space, asio::deferred));
  waiting_ = false;
  co_return result;
}

asio::awaitable<Connection::Waited> Connection::write_some(
    std::array<asio::const_buffer, 2> buffers) {
  co_return co_await wait(socket_.async_write_some(buffers, asio::deferred));
}

asio::awaitable<error_code> Connection::receive(boost::beast::flat_buffer& buffer,
                                                std::size_t most) {
  receiving_ = true;
  woken_ = false;
  error_code error;
  if (tls_) {
    error = co_await receive_encrypted(buffer);
  } else {
    error = co_await receive_plain(buffer, most);
  }
  receiving_ = false;
  co_return error;
}

asio::awaitable<error_code> Connection::receive_plain(boost::beast::flat_buffer& buffer,
                                                      std::size_t most) {
  const auto space = buffer.prepare(std::min(most, buffer.max_size() - buffer.size()));
  const auto [error, bytes] = co_await read_some(space);
  buffer.commit(bytes);
  co_return error;
}

asio::awaitable<error_code> Connection::send(std::string_view head,
                                             std::span<const std::byte> content) {
  if (tls_) {
    co_return co_await send_encrypted(head, content);
  }
  co_return co_await send_plain(head, content);
}

asio::awaitable<error_code> Connection::send_plain(std::string_view head,
                                                   std::span<const std::byte> content) {
  std::array<asio::const_buffer, 2> left = {asio::buffer(head.data(), head.size()),
                                            asio::buffer(content.data(), content.size())};
  while (asio::buffer_size(left) > 0) {
    const auto [error, bytes] = co_await write_some(left);
    if (error) co_return error;
    const std::size_t of_head = std::min(bytes, left[0].size());
    left[0] += of_head;
    left[1] += bytes - of_head;
  }
  co_return error_code{};
}

asio::awaitable<void> Connection::finish(std::size_t drain_bytes) {
  error_code error;
  if (tls_) {
    tls_->close();
    error = co_await flush();
  }
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  boost::beast::flat_buffer discarded(kReadBytes);
  while (!error && drain_bytes > 0) {
    error = co_await receive_plain(discarded, kReadBytes);
    drain_bytes -= std::min(drain_bytes, discarded.size());
    discarded.clear();
  }
  socket_.close(error);
}

}  // namespace auscult::http
