#include "http/multipart.hpp"

#include <algorithm>
#include <utility>

#include "http/text.hpp"

namespace auscult::http {
namespace {

// A form of ours has nine fields; a part's header is two short lines.
constexpr std::size_t kMaxParts = 16;
constexpr std::size_t kMaxPartHeaderBytes = 4096;
// RFC 2046, section 5.1.1.
constexpr std::size_t kMaxBoundaryChars = 70;

Error malformed(std::size_t offset, std::string_view what) {
  return fail(ErrorCode::invalid_argument,
              "multipart body, byte " + std::to_string(offset) + ": " + std::string(what));
}

/// `form-data; name="file"; filename="a.wav"`: the first word, then the parameters.
struct HeaderValue {
  std::string word;
  std::vector<std::pair<std::string, std::string>> parameters;

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
      if (iequals(key, name)) return value;
    }
    return std::nullopt;
  }
};

/// Takes a quoted string off the front of `text`; empty if it does not end.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

std::optional<HeaderValue> parse_header_value(std::string_view text) {
  HeaderValue parsed;
  const std::size_t word_end = std::min(text.find(';'), text.size());
  parsed.word = trimmed(text.substr(0, word_end));
  text.remove_prefix(word_end);
  while (!text.empty()) {
    text = trimmed(text.substr(1));  // The semicolon.
    if (text.empty()) break;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string name(trimmed(text.substr(0, equals)));
    text = trimmed(text.substr(equals + 1));

    std::string value;
    if (!text.empty() && text.front() == '"') {
      std::optional<std::string> quoted = take_quoted(text);
      if (!quoted) return std::nullopt;
      value = *std::move(quoted);
      text = trimmed(text);
      if (!text.empty() && text.front() != ';') return std::nullopt;
    } else {
      const std::size_t end = std::min(text.find(';'), text.size());
      value = trimmed(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (name.empty() || parsed.find(name)) return std::nullopt;
    parsed.parameters.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

Result<Part> parse_part_header(std::string_view header, std::size_t offset) {
  Part part;
  bool disposed = false;
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return malformed(offset, "a part's header lacks its colon");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));

    if (iequals(name, "Content-Type")) {
      part.content_type = value;
    } else if (iequals(name, "Content-Transfer-Encoding")) {
      if (!iequals(value, "binary") && !iequals(value, "8bit") && !iequals(value, "7bit")) {
        return malformed(offset, "Content-Transfer-Encoding \"" + std::string(value) +
                                     "\" is not read; send the part as binary");
      }
    } else if (iequals(name, "Content-Disposition")) {
      const std::optional<HeaderValue> disposition = parse_header_value(value);
      if (disposed || !disposition || !iequals(disposition->word, "form-data")) {
        return malformed(offset, "a part needs one Content-Disposition: form-data");
      }
      const std::optional<std::string> field = disposition->find("name");
      if (!field) return malformed(offset, "a part's Content-Disposition has no name");
      part.name = *field;
      part.filename = disposition->find("filename");
      disposed = true;
    }
  }
  if (!disposed) return malformed(offset, "a part needs one Content-Disposition: form-data");
  return part;
}

/// Where the next `delimiter` that ends a line or the body starts, from `from` on.
std::size_t find_delimiter(std::string_view text, std::string_view delimiter, std::size_t from) {
  for (;;) {
    const std::size_t found = text.find(delimiter, from);
    if (found == std::string_view::npos) return found;
    const std::string_view after = text.substr(found + delimiter.size(), 2);
    if (after == "\r\n" || after == "--") return found;
    from = found + 1;
  }
}

}  // namespace

Result<std::optional<std::string>> multipart_boundary(std::string_view content_type) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!iequals(type, "multipart/form-data")) return std::optional<std::string>{};
  const std::optional<HeaderValue> parsed = parse_header_value(content_type);
  std::optional<std::string> boundary = parsed ? parsed->find("boundary") : std::nullopt;
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryChars) {
    return fail(ErrorCode::invalid_argument,
                "multipart/form-data needs a boundary of 1 to 70 characters");
  }
  return boundary;
}

Result<std::vector<Part>> parse_multipart(std::span<const std::byte> body,
                                          std::string_view boundary) {
  const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
  const std::string delimiter = "\r\n--" + std::string(boundary);
  const std::string_view opening = std::string_view(delimiter).substr(2);

  std::vector<Part> parts;
  if (text.substr(0, opening.size()) != opening) {
    return malformed(0, "does not start with the boundary \"" + std::string(boundary) + "\"");
  }
  std::size_t at = opening.size();
  while (text.substr(at, 2) != "--") {
    if (text.substr(at, 2) != "\r\n") return malformed(at, "a boundary does not end its line");
    at += 2;
    if (parts.size() == kMaxParts) return malformed(at, "more than 16 parts");

    // A part without any header has its blank line at once, and fails for lack of a name.
    const std::string_view head = text.substr(at, kMaxPartHeaderBytes);
    const std::size_t blank = head.substr(0, 2) == "\r\n" ? 0 : head.find("\r\n\r\n");
    if (blank == std::string_view::npos) {
      return malformed(at, "a part's header does not end within 4096 bytes");
    }
    const std::size_t header_bytes = blank == 0 ? 0 : blank + 2;
    Result<Part> part = parse_part_header(text.substr(at, header_bytes), at);
    if (!part) return part.error();

    // The line end before a delimiter belongs to it, so an empty content shares the blank line's.
    const std::size_t content = at + header_bytes + 2;
    const std::size_t end = find_delimiter(text, delimiter, content - 2);
    if (end == std::string_view::npos) {
      return malformed(text.size(), "the closing boundary is missing");
    }
    part->content = body.subspan(std::min(content, end), end - std::min(content, end));
    parts.push_back(*std::move(part));
    at = end + delimiter.size();
  }
  return parts;
}

}  // namespace auscult::http
