#include <boost/beast/http/fields.hpp>
#include <cstdint>
#include <cstdlib>

#include "access/scope.hpp"
#include "access/secret.hpp"
#include "http/credentials.hpp"

/// The first line as Authorization, the second as Cookie, the third as Host and Origin.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::http;
  namespace beast_http = boost::beast::http;
  // A header of Beast's holds no more.
  constexpr std::size_t kMaxBytes = 60'000;
  std::string_view text(reinterpret_cast<const char*>(data), size < kMaxBytes ? size : kMaxBytes);
  const auto next_line = [&text] {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    return line;
  };
  beast_http::fields headers;
  headers.set(beast_http::field::authorization, next_line());
  headers.set(beast_http::field::cookie, next_line());
  const std::string_view host = next_line();
  headers.set(beast_http::field::host, host);
  headers.set(beast_http::field::origin, text);
  for (const bool encrypted : {false, true}) {
    const Credentials credentials = read_credentials(headers, encrypted);
    for (const char c : credentials.key) {
      if (c <= ' ' || c >= 0x7F) std::abort();
    }
    if (!credentials.session.empty() && credentials.session.size() != 64) std::abort();
    const auto parts = auscult::access::parse_key(credentials.key);
    if (parts && parts->secret.size() != auscult::access::kSecretDigits) std::abort();
  }
  static_cast<void>(site_of(headers));
  static_cast<void>(is_local(headers, "127.0.0.1"));
  static_cast<void>(is_local(headers, host));
  const auto scopes = auscult::access::Scopes::parse(text);
  if (scopes && to_string(*scopes).empty()) std::abort();
  return 0;
}
