#include "storage/cursor.hpp"

#include <gtest/gtest.h>

#include "core/id.hpp"

namespace auscult::storage {
namespace {

TEST(Cursor, IsReadBackAsItWasWritten) {
  for (const auto* time : {"2026-11-22T09:30:00.125Z", "1970-01-01", "1969-12-31", "9999-12-31"}) {
    const Cursor cursor{*parse_timestamp(time), new_id(*parse_timestamp("2026-11-22"))};
    const Result<Cursor> read = decode_cursor(encode(cursor));
    ASSERT_TRUE(read) << time;
    EXPECT_EQ(*read, cursor);
  }
}

TEST(DecodeCursor, RejectsEveryCursorWithOneCharacterChangedOrLeftOut) {
  const std::string text =
      encode({*parse_timestamp("2026-11-22"), new_id(*parse_timestamp("2026-11-22"))});
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = '~';
    EXPECT_FALSE(decode_cursor(altered)) << altered;
    EXPECT_FALSE(decode_cursor(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(decode_cursor(text + "0"));
}

TEST(DecodeCursor, SaysWhatToPass) {
  const Result<Cursor> read = decode_cursor("2");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(read.error().message.find("next_cursor"), std::string::npos);
}

}  // namespace
}  // namespace auscult::storage
