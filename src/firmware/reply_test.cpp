#include "firmware/reply.hpp"

#include <gtest/gtest.h>

namespace auscult::firmware {
namespace {

TEST(ParseHead, ReadsStatusAndHeaders) {
  const Reply reply =
      parse_head("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-length:  12 \r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  ASSERT_NE(reply.find("content-length"), nullptr);
  EXPECT_EQ(*reply.find("content-length"), "12");
  EXPECT_EQ(*reply.find("content-type"), "text/plain");
  EXPECT_EQ(reply.find("transfer-encoding"), nullptr);
}

TEST(ParseHead, TakesNothingElseForAnAnswer) {
  for (const char* head : {"", "\r\n\r\n", "HTTP/1.1", "HTTP/1.1 2x0 OK\r\n\r\n", "SSH-2.0\r\n\r\n",
                           "HTTP/2 200\r\n\r\n", "ICY 200 OK\r\n\r\n"}) {
    EXPECT_EQ(parse_head(head).status, 0) << head;
  }
}

}  // namespace
}  // namespace auscult::firmware
