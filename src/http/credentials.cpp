#include "http/credentials.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/field.hpp>

#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using boost::beast::http::fields;

constexpr std::string_view kBearer = "bearer ";
constexpr std::string_view kSecureCookie = "__Host-auscult_session";
constexpr std::string_view kPlainCookie = "auscult_session";
constexpr std::size_t kSessionDigits = 64;

/// Whether a text has nothing that would not be sent in a header of ours.
bool is_token(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_loopback(std::string_view text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

/// A Host without its port, and without the brackets of an IPv6 address.
std::string_view host_name(std::string_view host) {
  if (host.substr(0, 1) == "[") return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  return host.substr(0, std::min(host.find(':'), host.size()));
}

}  // namespace

std::string_view find_cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

Credentials read_credentials(const fields& headers, bool encrypted) {
  Credentials credentials;
  const std::string_view authorization = trimmed(headers[field::authorization]);
  std::string_view key;
  if (iequals(authorization.substr(0, kBearer.size()), kBearer)) {
    key = trimmed(authorization.substr(kBearer.size()));
  }
  if (key.empty()) key = trimmed(headers["X-Api-Key"]);
  if (is_token(key)) credentials.key = key;
  const std::string_view session =
      find_cookie(headers[field::cookie], encrypted ? kSecureCookie : kPlainCookie);
  const bool is_ours = session.size() == kSessionDigits &&
                       session.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (is_ours) credentials.session = session;
  return credentials;
}

std::string session_cookie(std::string_view session, bool encrypted, long max_age_s) {
  std::string cookie(encrypted ? kSecureCookie : kPlainCookie);
  cookie.append("=").append(session);
  cookie += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age_s);
  if (encrypted) cookie += "; Secure";
  return cookie;
}

bool is_same_origin(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && iequals(origin.substr(scheme + 3), host);
}

Site site_of(const fields& headers) {
  const std::string_view site = headers["Sec-Fetch-Site"];
  if (!site.empty()) return site == "same-origin" || site == "none" ? Site::same : Site::other;
  const auto origin = headers.find(field::origin);
  if (origin == headers.end()) return Site::unsaid;
  return is_same_origin(origin->value(), headers[field::host]) ? Site::same : Site::other;
}

bool is_local(const fields& headers, std::string_view address) {
  if (!is_loopback(address)) return false;
  for (const char* forwarding : {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"}) {
    if (headers.count(forwarding) > 0) return false;
  }
  const std::string_view host = host_name(headers[field::host]);
  return host.find_first_of(".:") == std::string_view::npos || is_loopback(host);
}

}  // namespace auscult::http
