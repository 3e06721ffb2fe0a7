#include "http/connection_count.hpp"

#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using Verdict = ConnectionCount::Verdict;

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ConnectionCount, BoundsAllAndThoseOfOneAddress) {
  ConnectionCount count({.total = 3, .per_address = 2, .proxies = {}});
  EXPECT_EQ(count.take(address("10.0.0.1")), Verdict::taken);
  EXPECT_EQ(count.take(address("10.0.0.1")), Verdict::taken);
  EXPECT_EQ(count.take(address("10.0.0.1")), Verdict::too_many_from_there);
  EXPECT_EQ(count.take(address("10.0.0.2")), Verdict::taken);
  EXPECT_EQ(count.take(address("10.0.0.3")), Verdict::too_many);
  count.give_back(address("10.0.0.1"));
  EXPECT_EQ(count.take(address("10.0.0.1")), Verdict::taken) << "one of its own has gone";
}

TEST(ConnectionCount, TakesAnIpv6NetworkForOneAddressAndAMappedOneForWhatItIs) {
  ConnectionCount count({.total = 9, .per_address = 1, .proxies = {}});
  EXPECT_EQ(count.take(address("2001:db8::1")), Verdict::taken);
  EXPECT_EQ(count.take(address("2001:db8::2")), Verdict::too_many_from_there);
  EXPECT_EQ(count.take(address("2001:db8:0:1::1")), Verdict::taken);
  EXPECT_EQ(count.take(address("10.0.0.1")), Verdict::taken);
  EXPECT_EQ(count.take(address("::ffff:10.0.0.1")), Verdict::too_many_from_there);
  EXPECT_EQ(count.take(address("::ffff:10.0.0.2")), Verdict::taken);
}

TEST(ConnectionCount, LetsAProxyHaveAsManyAsThereMayBe) {
  ConnectionCount count({.total = 3, .per_address = 1, .proxies = {*parse_network("10.0.0.0/8")}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(count.take(address("10.1.2.3")), Verdict::taken);
  EXPECT_EQ(count.take(address("10.1.2.3")), Verdict::too_many);
  count.give_back(address("10.1.2.3"));
  EXPECT_EQ(count.take(address("11.0.0.1")), Verdict::taken);
}

TEST(ParseNetwork, ReadsAddressesAndPrefixes) {
  EXPECT_TRUE(parse_network("10.0.0.0/8")->contains(address("10.255.0.1")));
  EXPECT_FALSE(parse_network("10.0.0.0/8")->contains(address("11.0.0.1")));
  EXPECT_TRUE(parse_network("192.168.1.7")->contains(address("::ffff:192.168.1.7")));
  EXPECT_FALSE(parse_network("192.168.1.7")->contains(address("192.168.1.6")));
  EXPECT_TRUE(parse_network("fd00::/8")->contains(address("fd12::1")));
  EXPECT_FALSE(parse_network("0.0.0.0/0")->contains(address("fd12::1")));
}

TEST(ParseNetwork, NamesWhatIsNone) {
  for (const char* text : {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1",
                           "fd00::/129", "10.0.0/8"}) {
    const auto network = parse_network(text);
    ASSERT_FALSE(network) << text;
    EXPECT_NE(network.error().message.find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace auscult::http
