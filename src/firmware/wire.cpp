#include "firmware/wire.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

namespace auscult::firmware {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 4'096;

}  // namespace

bool Wire::run_until(const bool& done, Clock::time_point until) {
  io_.restart();
  io_.run_until(until);
  if (done) return true;
  error_code ignored;
  socket_.cancel(ignored);
  io_.restart();
  io_.run();
  return false;
}

Result<std::unique_ptr<Wire>> Wire::connect(const Address& address, Clock::duration patience) {
  const Clock::time_point until = Clock::now() + patience;
  std::unique_ptr<Wire> wire(new Wire);
  const std::string where = address.authority();
  const auto unreachable = [&where](const std::string& why) {
    return fail(ErrorCode::unavailable, "no connection to " + where + ": " + why);
  };

  // A name server's silence is not cut short: the resolver has a time limit of its own.
  error_code unresolved;
  asio::ip::tcp::resolver resolver(wire->io_);
  const auto endpoints = resolver.resolve(address.host, address.port, unresolved);
  if (unresolved) return unreachable("the host is not known (" + unresolved.message() + ")");

  bool done = false;
  error_code failure;
  asio::async_connect(wire->socket_, endpoints,
                      [&](const error_code& error, const asio::ip::tcp::endpoint&) {
                        failure = error;
                        done = error != asio::error::operation_aborted;
                      });
  if (!wire->run_until(done, until)) return unreachable("nobody answers there");
  if (failure) return unreachable(failure.message());
  error_code ignored;
  wire->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  return wire;
}

Status Wire::send(std::string_view bytes, Clock::duration patience) {
  bool done = false;
  error_code failure;
  asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                    [&](const error_code& error, std::size_t) {
                      failure = error;
                      done = error != asio::error::operation_aborted;
                    });
  if (!run_until(done, Clock::now() + patience)) {
    return fail(ErrorCode::unavailable, "the server does not take what is sent");
  }
  if (failure) {
    return fail(ErrorCode::unavailable, "the connection broke while sending: " + failure.message());
  }
  return Ok{};
}

Wire::Read Wire::receive(std::string& received, std::size_t most, Clock::time_point until) {
  std::array<char, kReadBytes> block{};
  bool done = false;
  error_code failure;
  std::size_t count = 0;
  socket_.async_read_some(asio::buffer(block.data(), std::min(most, block.size())),
                          [&](const error_code& error, std::size_t bytes) {
                            failure = error;
                            count = bytes;
                            done = error != asio::error::operation_aborted;
                          });
  if (!run_until(done, until)) return Read::timeout;
  received.append(block.data(), count);
  if (failure == asio::error::eof) return Read::end;
  return failure ? Read::broken : Read::bytes;
}

void Wire::end_sending() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Wire::vanish() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace auscult::firmware
