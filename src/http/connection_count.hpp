#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::http {

/// A range of addresses that share their first `prefix_bits` bits, IPv4 ones in their mapped form.
struct Network {
  std::array<unsigned char, 16> address{};
  int prefix_bits = 128;

  [[nodiscard]] bool contains(const boost::asio::ip::address& other) const;
};

/// Reads "10.0.0.0/8", "fd00::/8" or one address. Fails with invalid_argument, naming the text.
Result<Network> parse_network(std::string_view text);

/// How many connections there are, in all and from each address, within their bounds. An IPv6
/// address counts as its /64, which one household or one machine has to itself. One thread at a
/// time.
class ConnectionCount {
 public:
  struct Bounds {
    std::size_t total = 0;
    std::size_t per_address = 0;   ///< 0: none.
    std::vector<Network> proxies;  ///< Each carries many clients: only `total` is for them.
  };
  enum class Verdict { taken, too_many, too_many_from_there };

  explicit ConnectionCount(Bounds bounds) : bounds_(std::move(bounds)) {}

  /// Counts one more if that stays within the bounds.
  Verdict take(const boost::asio::ip::address& address);
  /// For each that was taken.
  void give_back(const boost::asio::ip::address& address);

 private:
  using Key = std::array<unsigned char, 16>;
  static Key key_of(const boost::asio::ip::address& address);
  [[nodiscard]] bool is_bounded(const boost::asio::ip::address& address) const;

  Bounds bounds_;
  std::size_t total_ = 0;
  std::map<Key, std::size_t> by_address_;
};

}  // namespace auscult::http
