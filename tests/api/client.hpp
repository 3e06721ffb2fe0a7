#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace auscult::api_test {

/// A response as it came over the wire.
struct Reply {
  int status = 0;
  std::string head;                            ///< Status line and header, with the empty line.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
};

/// How a client speaks TLS.
struct ClientTls {
  int newest_version = 0;              ///< 0: any that OpenSSL has.
  std::string protocols = "http/1.1";  ///< The one that is offered by ALPN; empty: none.
};

/// One blocking connection that sends exactly the bytes it is given.
class Client {
 public:
  /// `from`: the address it comes from, one of the loopback interface's.
  explicit Client(std::uint16_t port, const char* from = "127.0.0.1");
  /// Under TLS, by OpenSSL's own client; the certificate is not verified, see certificate_name().
  Client(std::uint16_t port, const ClientTls& tls);

  /// Why there is no TLS; empty if there is.
  [[nodiscard]] const std::string& tls_failure() const { return tls_failure_; }
  [[nodiscard]] std::string tls_version() const;
  [[nodiscard]] std::string tls_protocol() const;
  /// The common name in the server's certificate.
  [[nodiscard]] std::string certificate_name() const;

  /// Returns whether all of it could be sent.
  bool send(std::string_view bytes);
  /// Says that no more will come, and still reads.
  void end_sending();
  /// Breaks the connection off, as a device that loses its power does.
  void reset();

  /// The next response; status 0 if the connection ends before its end. `head_only` after HEAD.
  Reply receive(bool head_only = false);
  /// What comes up to `end`, with it; less if the connection ends before.
  std::string receive_until(std::string_view end);
  /// Everything up to the end of the connection.
  std::string receive_all();

  Reply exchange(std::string_view request, bool head_only = false) {
    send(request);
    return receive(head_only);
  }

 private:
  bool fill();

  // On its own, so that a client can be moved.
  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>();
  boost::asio::ip::tcp::socket socket_{*io_};
  std::shared_ptr<ssl_st> tls_;
  std::string tls_failure_;
  std::string unread_;
};

/// A request in HTTP/1.1 with Host, and with Content-Length if it has a body. `headers` are whole
/// lines, each with its CRLF.
std::string request(std::string_view method, std::string_view target, std::string_view body = "",
                    std::string_view headers = "");

}  // namespace auscult::api_test
