#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "firmware/address.hpp"

namespace auscult::firmware {

using Clock = std::chrono::steady_clock;

/// One TCP connection that carries exactly the bytes it is given, as firmware writes them to its
/// socket. No wait is longer than it is allowed. One thread.
class Wire {
 public:
  /// Looks the host up and tries each of its addresses. Fails with unavailable, with the address
  /// and the reason.
  static Result<std::unique_ptr<Wire>> connect(const Address& address, Clock::duration patience);

  /// Sends all of it at once (Nagle's delay is off). Fails with unavailable if the connection broke
  /// or nobody takes the bytes for `patience`.
  Status send(std::string_view bytes, Clock::duration patience);

  enum class Read { bytes, end, broken, timeout };
  /// Appends what there is, at most `most` bytes, as soon as there is any.
  Read receive(std::string& received, std::size_t most, Clock::time_point until);

  /// Says that no more will come, and still reads.
  void end_sending();
  /// Goes away as a device does that loses its power or its network: without a farewell.
  void vanish();

 private:
  Wire() = default;
  /// Runs what was begun until `done` or the time; then cancels it. Whether it was done in time.
  bool run_until(const bool& done, Clock::time_point until);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
};

}  // namespace auscult::firmware
