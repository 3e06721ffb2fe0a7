#include "firmware/address.hpp"

#include <algorithm>
#include <charconv>

namespace auscult::firmware {
namespace {

constexpr std::string_view kUpload = "/upload_audio";
constexpr std::size_t kMaxHostBytes = 255;

Error refuse(std::string_view url, std::string_view why) {
  constexpr std::size_t kQuoted = 80;
  return fail(ErrorCode::invalid_argument, "\"" + std::string(url.substr(0, kQuoted)) + "\" " +
                                               std::string(why) +
                                               "; wanted is http://HOST:PORT, as in "
                                               "http://192.168.1.20:8000");
}

bool is_port(std::string_view text) {
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end && port > 0 && port <= 65'535;
}

}  // namespace

std::string Address::authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + (port == "80" ? "" : ":" + port);
}

Result<Address> parse_address(std::string_view url) {
  std::string_view rest = url;
  if (const std::size_t colon = rest.find("://"); colon != std::string_view::npos) {
    if (rest.substr(0, colon) == "https") {
      return refuse(url, "is encrypted, which this check does not speak: name the plain port");
    }
    if (rest.substr(0, colon) != "http") return refuse(url, "is no http:// address");
    rest.remove_prefix(colon + 3);
  }
  const bool is_clean = std::ranges::all_of(
      rest, [](char letter) { return letter > ' ' && letter <= '~' && letter != '@'; });
  if (!is_clean) return refuse(url, "has a space, a user name or a letter that no address has");

  Address address;
  const std::size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view prefix = rest.substr(slash);
  if (prefix.find_first_of("?#") != std::string_view::npos) {
    return refuse(url, "has a query, which the check adds by itself");
  }
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.ends_with(kUpload)) prefix.remove_suffix(kUpload.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  address.prefix = prefix;

  std::string_view host = rest.substr(0, slash);
  // The last colon, unless it is within [::1].
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    address.port = host.substr(colon + 1);
    if (!is_port(address.port)) return refuse(url, "has no port from 1 to 65535");
    host = host.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty() || host.size() > kMaxHostBytes) return refuse(url, "names no host");
  address.host = host;
  return address;
}

}  // namespace auscult::firmware
