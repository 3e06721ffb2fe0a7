#include "http/idempotency_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"

namespace auscult::http {
namespace {

using testing::HasSubstr;

TEST(ParseIdempotencyKey, TakesAStringInQuotesAndOneWithout) {
  EXPECT_EQ(*parse_idempotency_key(R"("8e03978e-40d5-43dd")"), "8e03978e-40d5-43dd");
  EXPECT_EQ(*parse_idempotency_key(" 8e03978e-40d5-43dd "), "8e03978e-40d5-43dd");
}

TEST(ParseIdempotencyKey, TakesWhatStandsAfterABackslashAsItIs) {
  EXPECT_EQ(*parse_idempotency_key(R"("a\"b\\c")"), R"(a"b\c)");
}

TEST(ParseIdempotencyKey, RefusesQuotesThatDoNotMatch) {
  for (const char* value : {R"(")", R"("abc)", R"("abc\")", R"("abc\)", R"("abc"d)"}) {
    const Result<std::string> key = parse_idempotency_key(value);
    ASSERT_FALSE(key) << value;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ParseIdempotencyKey, RefusesOneThatIsEmptyLongOrNotPrintable) {
  EXPECT_THAT(parse_idempotency_key("").error().message, HasSubstr("empty"));
  EXPECT_THAT(parse_idempotency_key(R"("")").error().message, HasSubstr("empty"));
  EXPECT_THAT(parse_idempotency_key("a\tb").error().message, HasSubstr("printable"));
  EXPECT_THAT(parse_idempotency_key("\xC3\xA4").error().message, HasSubstr("printable"));
  const std::string longest(limits::kMaxIdempotencyKeyBytes, 'k');
  EXPECT_EQ(*parse_idempotency_key(longest), longest);
  EXPECT_THAT(parse_idempotency_key(longest + 'k').error().message, HasSubstr("too long"));
}

}  // namespace
}  // namespace auscult::http
