// What public firmware sends, against a whole service of this build.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "firmware/check.hpp"
#include "service_under_test.hpp"

namespace auscult::firmware {
namespace {

Address address_of(const api_test::ServiceUnderTest& service) {
  return {.host = "127.0.0.1", .port = std::to_string(service.port()), .prefix = ""};
}

class Device : public ::testing::TestWithParam<std::string> {
 protected:
  static Case case_of(const std::string& name) {
    for (const Case& each : all_cases()) {
      if (each.name == name) return each;
    }
    return {};
  }
};

TEST_P(Device, SeesWhatItMust) {
  // A device that falls silent is given up soon, so that the test need not wait for it.
  api_test::Configuration configuration;
  configuration.server.rate_grace = std::chrono::seconds(3);
  configuration.server.min_bytes_per_s = 50'000;
  const api_test::ServiceUnderTest service(configuration);
  const Case checked = case_of(GetParam());
  ASSERT_NE(checked.run, nullptr) << GetParam();
  Bench bench(address_of(service), {.device = "bench", .is_full = checked.time == Time::full});
  const std::string expected = reference_class(bench);
  ASSERT_NE(expected, "");
  const Verdict verdict = check(checked, bench, expected);
  EXPECT_TRUE(verdict.passed()) << to_text(verdict);
  EXPECT_FALSE(verdict.is_skipped);
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const Case& each : all_cases()) found.emplace_back(each.name);
  return found;
}

INSTANTIATE_TEST_SUITE_P(Firmware, Device, ::testing::ValuesIn(names()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(
      name.begin(), name.end(), [](char letter) { return letter == '-' || letter == '.'; }, '_');
  return name;
});

TEST(DeviceCases, HaveNamesOfTheirOwnAndSayWhy) {
  std::set<std::string_view> seen;
  for (const Case& each : all_cases()) {
    EXPECT_TRUE(seen.insert(each.name).second) << each.name;
    EXPECT_FALSE(each.device.empty()) << each.name;
    EXPECT_FALSE(each.reason.empty()) << each.name;
    EXPECT_FALSE(each.must_see.empty()) << each.name;
  }
}

TEST(DeviceCases, StandInTheDocument) {
  std::ifstream file(AUSCULT_SOURCE_DIR "/docs/devices.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  for (const Case& each : all_cases()) {
    EXPECT_THAT(document, ::testing::HasSubstr("`" + std::string(each.name) + "`"));
  }
}

}  // namespace
}  // namespace auscult::firmware
