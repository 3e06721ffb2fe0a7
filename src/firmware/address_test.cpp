#include "firmware/address.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::firmware {
namespace {

using testing::HasSubstr;

TEST(ParseAddress, ReadsWhatMakersWrite) {
  struct Case {
    const char* url;
    const char* host;
    const char* port;
    const char* prefix;
    const char* authority;
  };
  const std::vector<Case> cases = {
      {"http://192.168.1.20:8000", "192.168.1.20", "8000", "", "192.168.1.20:8000"},
      {"http://heart.example/", "heart.example", "80", "", "heart.example"},
      {"heart.local:8000", "heart.local", "8000", "", "heart.local:8000"},
      {"http://[::1]:8000", "::1", "8000", "", "[::1]:8000"},
      {"http://h:1/upload_audio", "h", "1", "", "h:1"},
      {"http://h:1/a/b/upload_audio", "h", "1", "/a/b", "h:1"},
      {"http://h:1/a/", "h", "1", "/a", "h:1"},
  };
  for (const auto& expected : cases) {
    const Result<Address> address = parse_address(expected.url);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(address->host, expected.host) << expected.url;
    EXPECT_EQ(address->port, expected.port) << expected.url;
    EXPECT_EQ(address->prefix, expected.prefix) << expected.url;
    EXPECT_EQ(address->authority(), expected.authority) << expected.url;
  }
}

TEST(ParseAddress, SaysWhatIsWrongAndWhatIsWanted) {
  struct Case {
    const char* url;
    const char* why;
  };
  const std::vector<Case> cases = {
      {"https://h", "encrypted"}, {"ftp://h", "no http://"},     {"", "names no host"},
      {"http://h:0", "no port"},  {"http://h:99999", "no port"}, {"http://h:8o", "no port"},
      {"http://:80", "no host"},  {"http://a b", "space"},       {"http://u@h", "user name"},
      {"http://h/?a=b", "query"}, {"http://h\r\nX: y", "space"},
  };
  for (const auto& [url, why] : cases) {
    const Result<Address> address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(address.error().message, HasSubstr(why)) << url;
    EXPECT_THAT(address.error().message, HasSubstr("wanted is http://HOST:PORT"));
  }
}

}  // namespace
}  // namespace auscult::firmware
