#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <thread>

#include "http/server.hpp"

namespace auscult::benchmarks {

/// A server on a free port of this machine, and one connection that stays open.
class RoundTrip {
 public:
  /// `service` outlives it.
  explicit RoundTrip(service::RecordingService& service);
  RoundTrip(const RoundTrip&) = delete;
  RoundTrip& operator=(const RoundTrip&) = delete;
  ~RoundTrip();

  /// Whether a GET was answered with 200; returns when the whole answer has come.
  bool get(const std::string& path);

 private:
  http::Server server_;
  std::thread serving_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
};

}  // namespace auscult::benchmarks
