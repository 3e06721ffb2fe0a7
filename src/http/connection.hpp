#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/tls.hpp"

namespace auscult::http {

using Clock = std::chrono::steady_clock;

/// A socket, in plain or under TLS, on which every wait ends, at the latest, at a deadline of the
/// caller's. One read or one write at a time; its executor's thread only.
class Connection {
 public:
  /// What one read takes at most.
  static constexpr std::size_t kReadBytes = 64U << 10U;
  /// The same where a header is expected: a connection that waits should not hold much.
  static constexpr std::size_t kHeadReadBytes = 4U << 10U;

  /// With `tls` nothing is sent or received before handshake() is done.
  explicit Connection(boost::asio::ip::tcp::socket socket,
                      const std::shared_ptr<const TlsContext>& tls = nullptr);

  /// Of the other side, without its port; empty if it is gone.
  [[nodiscard]] std::string peer_address() const;

  [[nodiscard]] bool is_encrypted() const { return tls_.has_value(); }

  enum class Handshake {
    done,
    plain_http,  ///< The client speaks HTTP without TLS; the connection goes on in plain.
    failed,
  };
  /// Ends when both sides have agreed, or at the deadline.
  boost::asio::awaitable<Handshake> handshake();

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  /// Until when receive() and send() may wait. Past it they fail with beast::error::timeout, and
  /// the connection is still whole: a last answer can be sent under a new deadline.
  void set_deadline(Clock::time_point due) { due_ = due; }

  /// Ends the present wait and all later ones with operation_aborted.
  void interrupt();

  /// Ends the present receive(), if there is one, as if its deadline had come.
  void wake();

  /// Appends what arrives, at least one byte and up to `most`, to `buffer`, as far as its
  /// max_size() goes.
  boost::asio::awaitable<boost::system::error_code> receive(boost::beast::flat_buffer& buffer,
                                                            std::size_t most = kReadBytes);

  /// Calls `lost` on the connection's executor if the peer resets the connection, until
  /// stop_watching(). One that has only said that it sends no more may still wait for its answer.
  void watch(std::function<void()> lost);
  void stop_watching();

  /// Sends all of `head` and `content`, together where they fit.
  boost::asio::awaitable<boost::system::error_code> send(std::string_view head,
                                                         std::span<const std::byte> content);

  /// Says that no more will be sent, then takes in up to `drain_bytes` of what the peer still
  /// sends, until it closes or the deadline: a socket closed with unread bytes is reset, and the
  /// peer would lose the answer that it has not yet read.
  boost::asio::awaitable<void> finish(std::size_t drain_bytes);

 private:
  using Waited = std::pair<boost::system::error_code, std::size_t>;
  template <typename Operation>
  boost::asio::awaitable<Waited> wait(Operation operation);
  boost::asio::awaitable<Waited> read_some(boost::asio::mutable_buffer space);
  boost::asio::awaitable<Waited> write_some(std::array<boost::asio::const_buffer, 2> buffers);

  boost::asio::awaitable<boost::system::error_code> send_plain(std::string_view head,
                                                               std::span<const std::byte> content);
  boost::asio::awaitable<boost::system::error_code> receive_plain(boost::beast::flat_buffer& buffer,
                                                                  std::size_t most);
  boost::asio::awaitable<boost::system::error_code> receive_encrypted(
      boost::beast::flat_buffer& buffer);
  boost::asio::awaitable<boost::system::error_code> send_encrypted(
      std::string_view head, std::span<const std::byte> content);
  boost::asio::awaitable<boost::system::error_code> flush();
  boost::asio::awaitable<boost::system::error_code> feed();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::optional<TlsEngine> tls_;
  std::vector<std::byte> ciphertext_;  ///< As it came, of one read.
  boost::asio::cancellation_signal end_of_watch_;
  Clock::time_point due_ = Clock::time_point::max();
  bool interrupted_ = false;
  bool receiving_ = false;
  bool waiting_ = false;  ///< Within receive(): for what comes, not to send something first.
  bool woken_ = false;
};

}  // namespace auscult::http
