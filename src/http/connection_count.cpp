#include "http/connection_count.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace auscult::http {
namespace {

namespace ip = boost::asio::ip;

constexpr int kMappedBits = 96;  // Of an IPv4 address in its IPv6 form, before its own.
constexpr int kAllBits = 128;

ip::address_v6 to_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

Error no_network(std::string_view text) {
  return fail(ErrorCode::invalid_argument, "\"" + std::string(text) +
                                               "\" is no network: an address is wanted, or one "
                                               "with its prefix, such as 10.0.0.0/8");
}

}  // namespace

bool Network::contains(const ip::address& other) const {
  const auto bytes = to_v6(other).to_bytes();
  for (int bit = 0; bit < prefix_bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    if (((bytes[byte] ^ address[byte]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text.substr(0, slash)), error);
  if (error) return no_network(text);
  const int skipped = address.is_v4() ? kMappedBits : 0;
  Network network{to_v6(address).to_bytes(), kAllBits};
  if (slash == text.size()) return network;
  const char* const end = text.data() + text.size();
  int bits = 0;
  const auto [stop, failure] = std::from_chars(text.data() + slash + 1, end, bits);
  if (failure != std::errc{} || stop != end || bits < 0 || bits + skipped > kAllBits) {
    return no_network(text);
  }
  network.prefix_bits = bits + skipped;
  return network;
}

ConnectionCount::Key ConnectionCount::key_of(const ip::address& address) {
  Key key = to_v6(address).to_bytes();
  if (!address.is_v4() && !address.to_v6().is_v4_mapped()) {
    std::fill(key.begin() + key.size() / 2, key.end(), static_cast<unsigned char>(0));
  }
  return key;
}

bool ConnectionCount::is_bounded(const ip::address& address) const {
  return bounds_.per_address > 0 &&
         std::none_of(bounds_.proxies.begin(), bounds_.proxies.end(),
                      [&address](const Network& proxy) { return proxy.contains(address); });
}

ConnectionCount::Verdict ConnectionCount::take(const ip::address& address) {
  if (total_ >= bounds_.total) return Verdict::too_many;
  if (is_bounded(address)) {
    const auto found = by_address_.try_emplace(key_of(address), 0).first;
    if (found->second >= bounds_.per_address) return Verdict::too_many_from_there;
    ++found->second;
  }
  ++total_;
  return Verdict::taken;
}

void ConnectionCount::give_back(const ip::address& address) {
  --total_;
  const auto found = by_address_.find(key_of(address));
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace auscult::http
