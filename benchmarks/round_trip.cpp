#include "round_trip.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace auscult::benchmarks {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

http::Server make_server(service::RecordingService& service) {
  http::ServerConfig config;
  config.address = "127.0.0.1";
  config.port = 0;
  config.max_requests_per_connection = std::numeric_limits<std::size_t>::max();
  std::vector<classify::Workspace> workspaces;
  workspaces.push_back(service.model()->classifier.make_workspace());
  Result<http::Server> server = http::Server::create(
      config, service, std::make_unique<http::Workers>(std::move(workspaces), 1));
  if (!server) throw std::runtime_error(server.error().message);
  return *std::move(server);
}

}  // namespace

RoundTrip::RoundTrip(service::RecordingService& service)
    : server_(make_server(service)), serving_([this] { server_.run(); }) {
  socket_.connect({asio::ip::make_address("127.0.0.1"), server_.port()});
  socket_.set_option(asio::ip::tcp::no_delay(true));
}

RoundTrip::~RoundTrip() {
  server_.stop();
  serving_.join();
}

bool RoundTrip::get(const std::string& path) {
  beast_http::request<beast_http::empty_body> request(beast_http::verb::get, path, 11);
  request.set(beast_http::field::host, "127.0.0.1");
  beast_http::write(socket_, request);
  boost::beast::flat_buffer buffer;
  beast_http::response<beast_http::string_body> response;
  beast_http::read(socket_, buffer, response);
  return response.result() == beast_http::status::ok;
}

}  // namespace auscult::benchmarks
