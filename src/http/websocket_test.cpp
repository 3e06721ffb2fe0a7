#include "http/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using boost::beast::http::field;

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// A client's frame with the mask 1, 2, 3, 4.
std::vector<std::byte> frame(int first, std::string_view payload) {
  std::vector<std::byte> bytes =
      bytes_of({first, 0x80 | static_cast<int>(payload.size()), 1, 2, 3, 4});
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes.push_back(static_cast<std::byte>(payload[i]) ^ static_cast<std::byte>(1 + i % 4));
  }
  return bytes;
}

std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Every message in `bytes`, given `step` bytes at a time.
Result<std::vector<WebSocketMessage>> read_all(const std::vector<std::byte>& bytes,
                                               std::size_t step = 1'000,
                                               std::size_t max_bytes = 1'000) {
  MessageReader reader(max_bytes);
  std::vector<WebSocketMessage> messages;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::span<const std::byte> some =
        std::span(bytes).subspan(at, std::min(step, bytes.size() - at));
    for (;;) {
      auto message = reader.read(some);
      if (!message) return message.error();
      if (!*message) break;
      messages.push_back(**std::move(message));
    }
  }
  return messages;
}

// RFC 6455, section 5.7: "Hello", masked, in one frame.
TEST(MessageReader, ReadsTheStandardsExample) {
  const auto messages =
      read_all(bytes_of({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 1U);
  EXPECT_EQ(messages->front().opcode, Opcode::text);
  EXPECT_EQ(messages->front().text(), "Hello");
}

TEST(MessageReader, ReadsTheSameHoweverTheBytesArrive) {
  // A message in three frames, a ping between them, an empty message and one of two length bytes.
  std::vector<std::byte> bytes = frame(0x02, "ab") + frame(0x89, "!") + frame(0x00, "") +
                                 frame(0x80, "c") + frame(0x81, "") +
                                 bytes_of({0x82, 0xFE, 0x00, 0x03, 0, 0, 0, 0, 1, 2, 3});
  for (const std::size_t step : {1U, 2U, 7U, 1'000U}) {
    const auto messages = read_all(bytes, step);
    ASSERT_TRUE(messages);
    ASSERT_EQ(messages->size(), 4U);
    EXPECT_EQ((*messages)[0].opcode, Opcode::ping);
    EXPECT_EQ((*messages)[1].opcode, Opcode::binary);
    EXPECT_EQ((*messages)[1].text(), "abc");
    EXPECT_EQ((*messages)[2].text(), "");
    EXPECT_EQ((*messages)[3].payload, bytes_of({1, 2, 3}));
  }
}

TEST(MessageReader, RefusesWhatTheProtocolForbids) {
  const std::vector<std::vector<std::byte>> wrong = {
      bytes_of({0x81, 0x01, 'a'}),                     // Not masked.
      frame(0xC1, "a"),                                // A reserved bit.
      frame(0x83, "a"),                                // An unknown opcode,
      frame(0x8B, "a"),                                // and one of control.
      frame(0x09, "a"),                                // A ping in pieces,
      bytes_of({0x89, 0xFE, 0x00, 0x7E, 0, 0, 0, 0}),  // and a long one.
      frame(0x80, "a"),                                // A continuation of nothing.
      frame(0x01, "a") + frame(0x81, "b"),             // A message within another.
  };
  for (const auto& bytes : wrong) {
    const auto messages = read_all(bytes);
    ASSERT_FALSE(messages);
    EXPECT_EQ(messages.error().code, ErrorCode::invalid_argument);
  }
}

TEST(MessageReader, RefusesALongMessageByItsHeaderAlone) {
  const auto claimed =
      read_all(bytes_of({0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}));
  ASSERT_FALSE(claimed);
  EXPECT_EQ(claimed.error().code, ErrorCode::too_large);
  const auto in_pieces = read_all(frame(0x02, "abc") + frame(0x00, "de"), 1'000, 4);
  ASSERT_FALSE(in_pieces);
  EXPECT_EQ(in_pieces.error().code, ErrorCode::too_large);
}

TEST(EncodeFrame, HasTheThreeFormsOfALength) {
  EXPECT_EQ(encode_frame(Opcode::text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(encode_frame(Opcode::binary, std::string(256, 'x')).substr(0, 5),
            std::string("\x82\x7E\x01\x00x", 5));
  EXPECT_EQ(encode_frame(Opcode::binary, std::string(65'536, 'x')).substr(0, 11),
            std::string("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00x", 11));
}

TEST(EncodeClose, CutsItsReasonToWhatFits) {
  EXPECT_EQ(encode_close(CloseCode::normal, "bye"),
            "\x88\x05\x03\xE8"
            "bye");
  EXPECT_EQ(encode_close(CloseCode::normal, std::string(200, 'x')).size(), 127U);
}

// RFC 6455, section 1.3.
TEST(WebsocketAccept, IsThatOfTheStandardsExample) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

boost::beast::http::request_header<> upgrade() {
  boost::beast::http::request_header<> header;
  header.method(boost::beast::http::verb::get);
  header.version(11);
  header.set(field::host, "stethoscope.local:8000");
  header.set(field::upgrade, "websocket");
  header.set(field::connection, "keep-alive, Upgrade");
  header.set(field::sec_websocket_version, "13");
  header.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  return header;
}

TEST(AnswerUpgrade, TakesADeviceAndAPageOfOurs) {
  EXPECT_EQ(answer_upgrade(upgrade()).status, 101);
  auto page = upgrade();
  page.set(field::origin, "http://stethoscope.local:8000");
  EXPECT_EQ(answer_upgrade(page).status, 101);
}

TEST(AnswerUpgrade, RefusesPagesOfOtherOrigins) {
  for (const char* origin : {"http://evil.example", "null", "http://stethoscope.local",
                             "http://stethoscope.local:8000.evil.example"}) {
    auto page = upgrade();
    page.set(field::origin, origin);
    EXPECT_EQ(answer_upgrade(page).status, 403) << origin;
  }
}

TEST(AnswerUpgrade, SaysWhatIsMissing) {
  auto plain = upgrade();
  plain.erase(field::upgrade);
  EXPECT_EQ(answer_upgrade(plain).status, 426);
  auto old = upgrade();
  old.set(field::sec_websocket_version, "8");
  EXPECT_EQ(answer_upgrade(old).status, 426);
  auto keyless = upgrade();
  keyless.erase(field::sec_websocket_key);
  EXPECT_EQ(answer_upgrade(keyless).status, 400);
}

}  // namespace
}  // namespace auscult::http
