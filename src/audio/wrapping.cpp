#include "audio/wrapping.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "audio/container.hpp"

namespace auscult::audio {
namespace {

// A header further in is not looked for; nor is text judged by more.
constexpr std::size_t kLookedAt = 4'096;
constexpr std::size_t kLeastText = 32;
constexpr double kTextShare = 0.97;

bool is_hex(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') ||
         (letter >= 'A' && letter <= 'F');
}

bool is_base64(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || letter == '+' || letter == '/' || letter == '=' ||
         letter == '\r' || letter == '\n';
}

bool is_printable(char letter) {
  return (letter >= ' ' && letter <= '~') || letter == '\r' || letter == '\n' || letter == '\t';
}

bool is_number(char letter) {
  return (letter >= '0' && letter <= '9') ||
         std::string_view(" ,;-+.\r\n\t").find(letter) != std::string_view::npos;
}

std::string_view kind_of_text(std::string_view text) {
  const char first = text.front();
  if (first == '{' || first == '[') return "JSON";
  if (std::ranges::all_of(text, is_number)) return "numbers in decimal";
  if (std::ranges::all_of(text, [](char letter) { return is_hex(letter) || letter <= ' '; })) {
    return "hexadecimal";
  }
  if (std::ranges::all_of(text, is_base64)) return "Base64";
  return "text";
}

bool is_text(std::string_view head) {
  if (head.size() < kLeastText) return false;
  const auto printable = std::ranges::count_if(head, is_printable);
  return static_cast<double>(printable) >= kTextShare * static_cast<double>(head.size());
}

/// Whether it begins as a chunk does: its size, a line end, and another size after so many bytes.
bool has_chunk_sizes(std::string_view text) {
  std::size_t digits = 0;
  std::size_t size = 0;
  while (digits < 8 && digits < text.size() && is_hex(text[digits])) {
    const char letter = text[digits++];
    const int value = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
    size = 16 * size + static_cast<std::size_t>(value);
  }
  if (digits == 0 || size == 0 || text.substr(digits, 2) != "\r\n") return false;
  const std::size_t end = digits + 2 + size;
  return end + 2 <= text.size() && text.substr(end, 2) == "\r\n";
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint32_t little_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8U | static_cast<unsigned char>(four[i]);
  return value;
}

}  // namespace

std::optional<Finding> find_wrapping(std::span<const std::byte> bytes) {
  if (bytes.empty()) {
    return Finding{"empty", "the body is empty",
                   "check that the recording worked, and that its length is sent"};
  }
  const std::string_view text = as_text(bytes);
  const std::string_view head = text.substr(0, kLookedAt);
  if (head.starts_with("POST ") || head.starts_with("PUT ") || head.starts_with("HTTP/1.")) {
    return Finding{"http", "the body begins with a whole HTTP message",
                   "send one request line and one header, then the samples"};
  }
  if (head.starts_with("--") && head.find("Content-Disposition:") != std::string_view::npos) {
    return Finding{"form", "the body is a form, but the Content-Type does not say so",
                   "send Content-Type: multipart/form-data; boundary=... with the boundary of the "
                   "body, or the samples alone"};
  }
  if (has_chunk_sizes(text)) {
    return Finding{
        "chunk_sizes", "the body holds chunk sizes among the samples",
        "send Transfer-Encoding: chunked, and no Content-Length; or leave the sizes out"};
  }
  if (head.starts_with("\x1F\x8B\x08")) {
    return Finding{"compressed", "the body is compressed with gzip",
                   "send the samples as they are, or FLAC"};
  }
  if (is_text(head) && sniff_container(bytes) == Container::pcm) {
    return Finding{"text", "the body is " + std::string(kind_of_text(head)) + ", not samples",
                   "send the bytes of the samples as they lie in memory"};
  }
  const std::size_t riff = head.find("RIFF");
  if (riff != std::string_view::npos && riff > 0 && riff + 8 < text.size() &&
      text.substr(riff + 8, 4) == "WAVE") {
    return Finding{"late_header",
                   "a WAV header begins at byte " + std::to_string(riff) +
                       " instead of at the first: it is taken for samples",
                   "send the WAV from its first byte on, and nothing before it"};
  }
  return std::nullopt;
}

std::optional<Finding> find_wav_size(std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes);
  if (text.size() < 44 || !text.starts_with("RIFF") || text.substr(8, 4) != "WAVE") {
    return std::nullopt;
  }
  // Chunk by chunk, each with its size and padded to an even one.
  std::size_t at = 12;
  while (at + 8 <= text.size() && text.substr(at, 4) != "data") {
    const std::size_t size = little_endian(text.substr(at + 4, 4));
    if (size > text.size() - at - 8) return std::nullopt;
    at += 8 + size + size % 2;
  }
  if (at + 8 > text.size()) return std::nullopt;
  const std::size_t claimed = little_endian(text.substr(at + 4, 4));
  const std::size_t there = text.size() - at - 8;
  if (claimed == there || claimed + 1 == there) return std::nullopt;
  const std::string numbers = "the WAV header announces " + std::to_string(claimed) +
                              " bytes of sound, " + std::to_string(there) + " came";
  if (claimed == 0 || claimed >= 0xFFFF'0000U) {
    return Finding{"wav_size", numbers + ": it was written before the length was known",
                   "nothing need be done: it is read to its end; where the length is known, write "
                   "it"};
  }
  if (claimed > there) {
    return Finding{"wav_size", numbers + ": the recording is cut off",
                   "send as many bytes as the header announces, and check the buffer's size"};
  }
  return Finding{"wav_size", numbers + ": what follows is no sound, or is not read",
                 "write the true length into the header"};
}

}  // namespace auscult::audio
