#include "client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cctype>

namespace auscult::api_test {

namespace asio = boost::asio;

Client::Client(std::uint16_t port, const char* from) {
  socket_.open(asio::ip::tcp::v4());
  socket_.bind({asio::ip::make_address(from), 0});
  socket_.connect({asio::ip::address_v4::loopback(), port});
  // A server that never answers fails the test instead of hanging it.
  const timeval patience{30, 0};
  setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

Client::Client(std::uint16_t port, const ClientTls& tls) : Client(port) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  // Old versions only work at this level; what is tested is that the server refuses them.
  SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), tls.newest_version);
  tls_.reset(SSL_new(context.get()), SSL_free);
  if (!tls.protocols.empty()) {
    const std::string wire = static_cast<char>(tls.protocols.size()) + tls.protocols;
    SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                        static_cast<unsigned int>(wire.size()));
  }
  SSL_set_fd(tls_.get(), socket_.native_handle());
  ERR_clear_error();
  if (SSL_connect(tls_.get()) == 1) return;
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  tls_failure_ = reason == nullptr ? "the connection ended" : reason;
}

std::string Client::tls_version() const { return SSL_get_version(tls_.get()); }

std::string Client::tls_protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(tls_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string Client::certificate_name() const {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(tls_.get()),
                                                           X509_free);
  std::array<char, 256> name{};
  if (certificate == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

bool Client::send(std::string_view bytes) {
  if (tls_ != nullptr) {
    return bytes.empty() || SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  boost::system::error_code error;
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
  return !error;
}

void Client::end_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Client::reset() {
  socket_.set_option(asio::socket_base::linger(true, 0));
  socket_.close();
}

bool Client::fill() {
  std::array<char, 65536> chunk{};
  // Not read_some(): it would wait past the receive timeout.
  const ssize_t got = tls_ != nullptr
                          ? SSL_read(tls_.get(), chunk.data(), static_cast<int>(chunk.size()))
                          : recv(socket_.native_handle(), chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  unread_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

Reply Client::receive(bool head_only) {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  Reply reply;
  reply.head = unread_.substr(0, end + 4);
  unread_.erase(0, end + 4);
  reply.status = std::stoi(reply.head.substr(9, 3));
  std::size_t line = reply.head.find("\r\n") + 2;
  while (line < reply.head.size() - 2) {
    const std::size_t colon = reply.head.find(": ", line);
    const std::size_t line_end = reply.head.find("\r\n", line);
    std::string name = reply.head.substr(line, colon - line);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    reply.headers[name] = reply.head.substr(colon + 2, line_end - colon - 2);
    line = line_end + 2;
  }
  const auto length = reply.headers.find("content-length");
  if (head_only || length == reply.headers.end()) return reply;
  const std::size_t size = std::stoul(length->second);
  while (unread_.size() < size) {
    if (!fill()) return {};
  }
  reply.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return reply;
}

std::string Client::receive_until(std::string_view end) {
  std::size_t found = 0;
  while ((found = unread_.find(end)) == std::string::npos) {
    if (!fill()) return std::exchange(unread_, {});
  }
  std::string text = unread_.substr(0, found + end.size());
  unread_.erase(0, text.size());
  return text;
}

std::string Client::receive_all() {
  while (fill()) {
  }
  return std::exchange(unread_, {});
}

std::string request(std::string_view method, std::string_view target, std::string_view body,
                    std::string_view headers) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
  text.append(headers);
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text.append("\r\n").append(body);
  return text;
}

}  // namespace auscult::api_test
