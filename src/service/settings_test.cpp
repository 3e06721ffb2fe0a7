#include "service/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/limits.hpp"

namespace auscult::service {
namespace {

using testing::HasSubstr;

TEST(Settle, TakesTheRequestThenTheDeviceThenTheServer) {
  ServiceConfig config;
  config.defaults.format = {.sample_rate_hz = 8'000,
                            .channels = 1,
                            .format = audio::SampleFormat::u8,
                            .byte_order = std::nullopt};
  config.defaults.gain = 2;
  config.devices["ward-3"].format.sample_rate_hz = 22'050;
  config.devices["ward-3"].format.channels = 2;
  config.devices["ward-3"].gain = 3;
  Upload upload;
  upload.device = "ward-3";
  upload.declared.sample_rate_hz = 44'100;

  Result<Settings> settings = settle(upload, config);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->declared.sample_rate_hz, 44'100);
  EXPECT_EQ(settings->declared.channels, 2);
  EXPECT_EQ(settings->declared.format, audio::SampleFormat::u8);
  EXPECT_EQ(settings->declared.byte_order, std::nullopt);
  EXPECT_EQ(settings->gain, 3);

  upload.gain = 4;
  EXPECT_EQ(settle(upload, config)->gain, 4);

  upload = {};
  upload.device = "another";
  settings = settle(upload, config);
  EXPECT_EQ(settings->declared, config.defaults.format);
  EXPECT_EQ(settings->gain, 2);
}

TEST(Settle, CallsADeviceWithoutANameDefault) {
  ServiceConfig config;
  config.devices["default"].gain = 5;
  const Result<Settings> settings = settle({}, config);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->device, "default");
  EXPECT_EQ(settings->gain, 5);
}

TEST(Settle, AmplifiesTenfoldIfNobodySaysOtherwise) { EXPECT_EQ(settle({}, {})->gain, 10); }

TEST(Settle, RejectsAGainOutOfBounds) {
  Upload upload;
  for (const double gain : {-1.0, limits::kMaxGain + 1, std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    upload.gain = gain;
    const Result<Settings> settings = settle(upload, {});
    ASSERT_FALSE(settings) << gain;
    EXPECT_EQ(settings.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(settings.error().message, HasSubstr("the gain is " + std::to_string(gain)));
  }
  for (const double gain : {0.0, limits::kMaxGain}) {
    upload.gain = gain;
    EXPECT_TRUE(settle(upload, {})) << gain;
  }
}

TEST(CheckDeviceName, AcceptsWhatDevicesCallThemselves) {
  for (const char* name :
       {"a", "ward-3", "24:6F:28:AE:52:7C", "esp32_stethoscope.local", "a@b+c"}) {
    EXPECT_TRUE(check_device_name(name)) << name;
  }
  EXPECT_TRUE(check_device_name(std::string(limits::kMaxDeviceNameBytes, 'x')));
}

TEST(CheckDeviceName, RejectsWhatCouldBeMoreThanAName) {
  for (const char* name :
       {"", "a b", "../etc", "<b>", "a\"b", "a\nb", "Ger\xC3\xA4t", "a;b", "a%"}) {
    const Status checked = check_device_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(check_device_name(std::string(limits::kMaxDeviceNameBytes + 1, 'x')));
  EXPECT_FALSE(check_device_name(std::string("a\0b", 3)));
}

TEST(CheckDeviceName, ShowsTheStartOfABadNameWithoutItsControlCharacters) {
  const std::string message =
      check_device_name("a\x1B[2J" + std::string(10'000, 'x')).error().message;
  EXPECT_THAT(message, HasSubstr("\"a?[2Jxxx"));
  EXPECT_THAT(message, HasSubstr("x...\""));
  EXPECT_LT(message.size(), 300U);
}

}  // namespace
}  // namespace auscult::service
