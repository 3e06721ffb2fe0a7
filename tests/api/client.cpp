#include "client.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cctype>

namespace auscult::api_test {

namespace asio = boost::asio;

Client::Client(std::uint16_t port) {
  socket_.connect({asio::ip::address_v4::loopback(), port});
  // A server that never answers fails the test instead of hanging it.
  const timeval patience{30, 0};
  setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

bool Client::send(std::string_view bytes) {
  boost::system::error_code error;
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
  return !error;
}

void Client::end_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

bool Client::fill() {
  std::array<char, 65536> chunk{};
  // Not read_some(): it would wait past the receive timeout.
  const ssize_t got = recv(socket_.native_handle(), chunk.data(), chunk.size(), 0);
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
