#include "http/json_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using testing::HasSubstr;

TEST(ParseReviewChange, TellsWhatToSetFromWhatToTakeAway) {
  const auto change = parse_review_change(R"({"note": "two\nlines", "label": null})");
  ASSERT_TRUE(change);
  EXPECT_EQ(**change->note, "two\nlines");
  ASSERT_TRUE(change->label);
  EXPECT_FALSE(*change->label);
  EXPECT_FALSE(parse_review_change("{}")->note);
  EXPECT_FALSE(*parse_review_change(R"({"note": ""})")->note);
}

TEST(ParseReviewChange, NamesWhatItDoesNotTake) {
  for (const auto& [body, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "JSON object"},
           {"[]", "JSON object"},
           {R"({"notes": ""})", "notes"},
           {R"({"note": 1})", "note"},
           {R"({"label": ["Normal"]})", "label"},
           {R"({"note": "bell \u0007"})", "control"},
           {"{\"note\": \"\xff\"}", "JSON object"}}) {
    const auto change = parse_review_change(body);
    ASSERT_FALSE(change) << body;
    EXPECT_EQ(change.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(change.error().message, HasSubstr(part));
  }
}

TEST(ParseDeviceSettings, ReadsWhatIsSet) {
  const auto settings = parse_device_settings(
      R"({"sample_rate": 8000, "channels": null, "format": "s24be", "gain": 2.5})");
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, (DeviceSettings{8'000, std::nullopt, "s24be", 2.5}));
  EXPECT_EQ(*parse_device_settings("{}"), DeviceSettings{});
}

TEST(ParseDeviceSettings, NamesWhatItDoesNotTake) {
  for (const auto& [body, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"sample_rate": 8000.5})", "sample_rate"},
           {R"({"sample_rate": 99999999999999})", "sample_rate"},
           {R"({"channels": "2"})", "channels"},
           {R"({"format": 16})", "format"},
           {R"({"gain": "loud"})", "gain"},
           {R"({"rate": 8000})", "rate"}}) {
    const auto settings = parse_device_settings(body);
    ASSERT_FALSE(settings) << body;
    EXPECT_THAT(settings.error().message, HasSubstr(part));
  }
}

}  // namespace
}  // namespace auscult::http
