#include "core/time.hpp"

#include <gtest/gtest.h>

namespace auscult {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kMoment =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 9h + 30min + 125ms;

TEST(FormatTimestamp, WritesMillisecondsInUtc) {
  EXPECT_EQ(format_timestamp(kMoment), "2026-11-22T09:30:00.125Z");
}

TEST(ParseTimestamp, ReadsBackWhatIsWritten) {
  EXPECT_EQ(*parse_timestamp("2026-11-22T09:30:00.125Z"), kMoment);
}

TEST(ParseTimestamp, AppliesTheOffset) {
  EXPECT_EQ(*parse_timestamp("2026-11-22T11:30:00.125+02:00"), kMoment);
  EXPECT_EQ(*parse_timestamp("2026-11-22T04:00:00.125999-05:30"), kMoment);
}

TEST(ParseTimestamp, TakesADateAsItsMidnight) {
  EXPECT_EQ(format_timestamp(*parse_timestamp("2026-02-28")), "2026-02-28T00:00:00.000Z");
}

TEST(ParseTimestamp, RejectsWhatIsNoTime) {
  for (const char* text : {"", "yesterday", "2026-02-30", "2026-13-01", "2026-11-22T24:00:00Z",
                           "2026-11-22T09:30:00", "2026-11-22T09:30:00Zx", "2026-11-22T09:30:00.Z",
                           "-026-11-22", "2026-11-22T09:30:00+2:00"}) {
    const auto parsed = parse_timestamp(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace auscult
