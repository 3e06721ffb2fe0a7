#include "firmware/reply.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace auscult::firmware {
namespace {

// As much as any answer to a device may have, many times over.
constexpr std::size_t kMaxReplyBytes = std::size_t{1} << 20U;

char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::size_t> parse_length(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  std::size_t length = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (error != std::errc{} || stop != text->data() + text->size()) return std::nullopt;
  return length;
}

}  // namespace

const std::string* Reply::find(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? nullptr : &found->second;
}

Reply parse_head(std::string head) {
  Reply reply;
  reply.head = std::move(head);
  const std::string_view text = reply.head;
  const std::size_t line_end = text.find("\r\n");
  const std::string_view line = text.substr(0, line_end);
  int status = 0;
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') return reply;
  const auto [stop, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
  if (error != std::errc{} || stop != line.data() + 12) return reply;
  reply.status = status;
  for (std::size_t at = line_end; at != std::string_view::npos && at + 2 < text.size();) {
    at += 2;
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    const std::string_view field = text.substr(at, end - at);
    at = end;
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    std::string name(field.substr(0, colon));
    std::ranges::transform(name, name.begin(), to_lower);
    reply.headers.emplace_back(std::move(name), trim(field.substr(colon + 1)));
  }
  return reply;
}

Reply await_reply(Wire& wire, Clock::time_point until) {
  const Clock::time_point started = Clock::now();
  std::string received;
  std::vector<int> interim;
  Wire::Read last = Wire::Read::bytes;
  const auto read_more = [&] {
    if (last == Wire::Read::bytes) last = wire.receive(received, kMaxReplyBytes, until);
    return last == Wire::Read::bytes && received.size() <= kMaxReplyBytes;
  };
  const auto ended = [&](Reply reply) {
    reply.interim = std::move(interim);
    reply.is_timeout = last == Wire::Read::timeout;
    reply.is_broken = !reply.is_whole && !reply.is_timeout;
    return reply;
  };

  Reply reply;
  for (;;) {
    std::size_t end = received.find("\r\n\r\n");
    while (end == std::string::npos) {
      const bool more = read_more();
      end = received.find("\r\n\r\n");
      if (!more && end == std::string::npos) {
        reply.head = std::move(received);
        return ended(std::move(reply));
      }
    }
    reply = parse_head(received.substr(0, end + 4));
    received.erase(0, end + 4);
    if (reply.status < 100 || reply.status > 199) break;
    interim.push_back(reply.status);
  }
  const std::chrono::duration<double> waited = Clock::now() - started;
  reply.head_after_s = waited.count();

  const std::optional<std::size_t> length = parse_length(reply.find("content-length"));
  bool open = true;
  while (open && received.size() < length.value_or(kMaxReplyBytes)) open = read_more();
  reply.body = received.substr(0, length.value_or(received.size()));
  reply.is_whole = length ? reply.body.size() == *length : last == Wire::Read::end;
  return ended(std::move(reply));
}

}  // namespace auscult::firmware
