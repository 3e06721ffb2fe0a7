#include "http/stream_client.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace auscult::http {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using json::Json;

// A tenth of a second, as a sound card delivers it.
constexpr std::size_t kBlocksPerS = 10;
constexpr std::chrono::milliseconds kBlock{1'000 / kBlocksPerS};
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

using Plain = asio::ip::tcp::socket;
using Encrypted = asio::ssl::stream<Plain>;

struct Address {
  bool encrypted = false;
  std::string host;
  std::string port = "80";
  std::string path = "/v1/stream";
};

Result<Address> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  constexpr std::string_view kTlsScheme = "wss://";
  const Error wrong =
      fail(ErrorCode::invalid_argument,
           "\"" + std::string(url) + "\" is no ws://HOST:PORT/PATH or wss://HOST:PORT/PATH");
  Address address;
  address.encrypted = url.substr(0, kTlsScheme.size()) == kTlsScheme;
  if (address.encrypted) {
    address.port = "443";
  } else if (url.substr(0, kScheme.size()) != kScheme) {
    return wrong;
  }
  url.remove_prefix(address.encrypted ? kTlsScheme.size() : kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  if (url.size() > slash + 1) address.path = url.substr(slash);
  const std::string_view authority = url.substr(0, slash);
  // The last colon, unless it is within [::1].
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  std::string_view host = authority.substr(0, has_port ? colon : authority.size());
  if (has_port) address.port = authority.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  address.host = host;
  if (address.host.empty() || address.port.empty()) return wrong;
  return address;
}

/// One session over `Layer`; everything runs on one thread.
template <typename Layer>
class Client {
 public:
  /// `tls` only for an encrypted layer.
  template <typename... Tls>
  Client(const StreamRequest& request, Address address, Tls&... tls)
      : request_(request), address_(std::move(address)), socket_(io_, tls...), timer_(io_) {}

  Status run() {
    asio::co_spawn(io_, converse(), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io_.run();
    return outcome_.value_or(fail(ErrorCode::unavailable, "the server ended the connection"));
  }

 private:
  asio::awaitable<error_code> connect() {
    asio::ip::tcp::resolver resolver(io_);
    const auto [unresolved, endpoints] =
        co_await resolver.async_resolve(address_.host, address_.port, kAwait);
    if (unresolved) co_return unresolved;
    error_code last = asio::error::host_not_found;
    for (const auto& endpoint : endpoints) {
      error_code ignored;
      auto& socket = boost::beast::get_lowest_layer(socket_);
      socket.close(ignored);
      const auto [error] = co_await socket.async_connect(endpoint, kAwait);
      last = error;
      if (!error) break;
    }
    if (last) co_return last;
    if constexpr (std::is_same_v<Layer, Encrypted>) {
      Encrypted& layer = socket_.next_layer();
      layer.set_verify_callback(asio::ssl::host_name_verification(address_.host));
      error_code named;
      asio::ip::make_address(address_.host, named);
      if (named) {  // No address: a server of several names is to know which is meant.
        SSL_ctrl(layer.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 address_.host.data());
      }
      const auto [untrusted] =
          co_await layer.async_handshake(asio::ssl::stream_base::client, kAwait);
      if (untrusted) co_return untrusted;
    }
    const auto [refused] = co_await socket_.async_handshake(address_.host + ":" + address_.port,
                                                            address_.path, kAwait);
    co_return refused;
  }

  asio::awaitable<void> converse() {
    const error_code error = co_await connect();
    if (error) {
      outcome_ =
          fail(ErrorCode::unavailable, "cannot stream to " + request_.url + ": " + error.message());
      co_return;
    }
    const std::string hello = json::dump(request_.hello);
    const auto [unsent, size] = co_await socket_.async_write(asio::buffer(hello), kAwait);
    if (unsent) co_return;
    boost::beast::flat_buffer buffer;
    for (;;) {
      const auto [ended, bytes] = co_await socket_.async_read(buffer, kAwait);
      if (ended) break;
      const Json message = Json::parse(boost::beast::buffers_to_string(buffer.data()), nullptr,
                                       /*allow_exceptions=*/false);
      buffer.clear();
      if (!message.is_object()) break;
      take(message);
    }
    timer_.cancel();
  }

  void take(const Json& message) {
    const auto text = [&](const char* name) {
      const auto found = message.find(name);
      return found != message.end() && found->is_string() ? found->get<std::string>()
                                                          : std::string();
    };
    const std::string type = text("type");
    if (type == "error") {
      outcome_ = fail(ErrorCode::unavailable, text("detail"));
      return;
    }
    if (type == "ready") {
      asio::co_spawn(io_, send(), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
      });
    }
    if (type == "final") outcome_ = Ok{};
    request_.receive(message);
  }

  asio::awaitable<void> send() {
    std::vector<std::byte> block(std::max<std::size_t>(1, request_.bytes_per_s / kBlocksPerS));
    auto due = std::chrono::steady_clock::now();
    socket_.binary(true);
    for (std::size_t count = request_.read(block); count > 0; count = request_.read(block)) {
      const auto [error, sent] =
          co_await socket_.async_write(asio::buffer(block.data(), count), kAwait);
      if (error) co_return;
      due += kBlock;
      if (request_.realtime) {
        timer_.expires_at(due);
        co_await timer_.async_wait(kAwait);
      }
      if (outcome_) co_return;
    }
    socket_.binary(false);
    const std::string finish = R"({"type": "finish"})";
    co_await socket_.async_write(asio::buffer(finish), kAwait);
  }

  const StreamRequest& request_;
  Address address_;
  asio::io_context io_;
  websocket::stream<Layer> socket_;
  asio::steady_timer timer_;
  std::optional<Status> outcome_;
};

}  // namespace

Status stream_audio(const StreamRequest& request) {
  Result<Address> address = parse_url(request.url);
  if (!address) return address.error();
  if (!address->encrypted) return Client<Plain>(request, *std::move(address)).run();
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  tls.set_default_verify_paths(error);
  if (!request.ca_file.empty()) {
    tls.load_verify_file(request.ca_file.string(), error);
    if (error) {
      return fail(ErrorCode::invalid_argument,
                  request.ca_file.string() + ": no certificates can be read: " + error.message());
    }
  }
  return Client<Encrypted>(request, *std::move(address), tls).run();
}

}  // namespace auscult::http
