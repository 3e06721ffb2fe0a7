#include "http/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using boost::beast::http::field;
using boost::beast::http::fields;

const std::string& session() {
  static const std::string kSession(64, 'a');
  return kSession;
}

TEST(ReadCredentials, TakesAKeyFromEitherHeader) {
  fields headers;
  headers.set("X-Api-Key", " ausc_1 ");
  EXPECT_EQ(read_credentials(headers, false).key, "ausc_1");
  headers.set(field::authorization, "Basic dXNlcg==");
  EXPECT_EQ(read_credentials(headers, false).key, "ausc_1");
  headers.set(field::authorization, "bearer ausc_2");
  EXPECT_EQ(read_credentials(headers, false).key, "ausc_2");
  headers.set(field::authorization, "Bearer two words");
  EXPECT_EQ(read_credentials(headers, false).key, "");
}

TEST(ReadCredentials, TakesASessionFromTheCookieOfItsKindOfConnection) {
  fields headers;
  headers.set(field::cookie, "a=b; auscult_session=" + session());
  EXPECT_EQ(read_credentials(headers, false).session, session());
  EXPECT_EQ(read_credentials(headers, true).session, "");
  headers.set(field::cookie, "__Host-auscult_session=" + session());
  EXPECT_EQ(read_credentials(headers, false).session, "");
  EXPECT_EQ(read_credentials(headers, true).session, session());
  headers.set(field::cookie, "auscult_session=short");
  EXPECT_EQ(read_credentials(headers, false).session, "");
}

TEST(FindCookie, FindsWholeNamesOnly) {
  EXPECT_EQ(find_cookie("xname=1; name=2;name=3", "name"), "2");
  EXPECT_EQ(find_cookie("name", "name"), "");
  EXPECT_EQ(find_cookie(";;=;", "name"), "");
}

TEST(SiteOf, BelievesTheBrowserBeforeTheOrigin) {
  fields headers;
  headers.set(field::host, "here:8000");
  EXPECT_EQ(site_of(headers), Site::unsaid);
  headers.set(field::origin, "http://HERE:8000");
  EXPECT_EQ(site_of(headers), Site::same);
  headers.set(field::origin, "null");
  EXPECT_EQ(site_of(headers), Site::other);
  headers.set("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(site_of(headers), Site::same);
  headers.set("Sec-Fetch-Site", "same-site");
  EXPECT_EQ(site_of(headers), Site::other);
}

TEST(IsLocal, WantsALoopbackAddressAHostOfThisMachineAndNoProxy) {
  fields headers;
  EXPECT_TRUE(is_local(headers, "127.0.0.1"));
  EXPECT_FALSE(is_local(headers, "192.0.2.7"));
  EXPECT_FALSE(is_local(headers, ""));
  for (const char* host : {"localhost:8000", "127.0.0.1", "[::1]:8000", "raspberry"}) {
    headers.set(field::host, host);
    EXPECT_TRUE(is_local(headers, "::1")) << host;
    EXPECT_TRUE(is_local(headers, "::ffff:127.0.0.1")) << host;
  }
  for (const char* host : {"evil.example:8000", "192.0.2.7", "localhost.evil.example", "[::2]"}) {
    headers.set(field::host, host);
    EXPECT_FALSE(is_local(headers, "127.0.0.1")) << host;
  }
  headers.set(field::host, "localhost");
  headers.set("X-Forwarded-For", "127.0.0.1");
  EXPECT_FALSE(is_local(headers, "127.0.0.1"));
}

}  // namespace
}  // namespace auscult::http
