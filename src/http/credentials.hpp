#pragma once

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>

/// What a request says of who sends it. Foreign text; nothing is looked up here.
namespace auscult::http {

/// A key and a login's session, each empty if there is none.
struct Credentials {
  std::string key;
  std::string session;
};

/// The key of `Authorization: Bearer KEY` (any other scheme is somebody else's) or `X-Api-Key:
/// KEY`, the first wins; the session of our cookie, whose name depends on TLS: see
/// session_cookie().
Credentials read_credentials(const boost::beast::http::fields& headers, bool encrypted);

/// The value of a cookie (RFC 6265, section 4.2); empty if there is none.
std::string_view find_cookie(std::string_view header, std::string_view name);

/// A Set-Cookie that logs in, or with an empty session out. Under TLS the name has the prefix
/// __Host-, so that no one else in the domain, and no plain connection, can have set it.
std::string session_cookie(std::string_view session, bool encrypted, long max_age_s);

/// Of which origin the page is that a browser sends a request for.
enum class Site {
  same,    ///< Ours, or none: typed into the address bar.
  other,   ///< Another's, which has no business here.
  unsaid,  ///< No browser of today sends this.
};

/// By Sec-Fetch-Site, else by Origin and Host.
Site site_of(const boost::beast::http::fields& headers);

/// Whether an Origin is the host that the request is for.
bool is_same_origin(std::string_view origin, std::string_view host);

/// Whether a request that came from `address` is from a program on this machine that means this
/// machine: from a loopback address, passed on by no proxy, and for a host whose name no page of
/// elsewhere can have (a loopback address, or one without dots), against DNS rebinding.
bool is_local(const boost::beast::http::fields& headers, std::string_view address);

}  // namespace auscult::http
