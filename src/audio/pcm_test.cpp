#include "audio/pcm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array kFormats = {SampleFormat::u8, SampleFormat::s16, SampleFormat::s24,
                                 SampleFormat::s32, SampleFormat::f32};

std::vector<std::byte> little_endian_float(float value) {
  const auto word = std::bit_cast<std::uint32_t>(value);
  return bytes({static_cast<int>(word & 0xFFU), static_cast<int>((word >> 8U) & 0xFFU),
                static_cast<int>((word >> 16U) & 0xFFU), static_cast<int>(word >> 24U)});
}

TEST(DecodePcm, MapsEachIntegerFormatToOneScale) {
  EXPECT_THAT(*decode_pcm(bytes({0x00, 0x80, 0xC0, 0xFF}), {SampleFormat::u8}),
              ElementsAre(-1.0F, 0.0F, 0.5F, 127.0F / 128));
  EXPECT_THAT(*decode_pcm(bytes({0x00, 0x80, 0x00, 0x40, 0xFF, 0x7F}), {SampleFormat::s16}),
              ElementsAre(-1.0F, 0.5F, 32767.0F / 32768));
  EXPECT_THAT(*decode_pcm(bytes({0x00, 0x00, 0x80, 0x01, 0x00, 0x00}), {SampleFormat::s24}),
              ElementsAre(-1.0F, 0x1p-23F));
  EXPECT_THAT(*decode_pcm(bytes({0, 0, 0, 0x80, 0x01, 0, 0, 0}), {SampleFormat::s32}),
              ElementsAre(-1.0F, 0x1p-31F));
}

TEST(DecodePcm, PassesFloatsThroughBeyondFullScale) {
  EXPECT_THAT(*decode_pcm(little_endian_float(-2.5F), {SampleFormat::f32}), ElementsAre(-2.5F));
}

TEST(DecodePcm, AveragesTheChannelsOfAFrame) {
  // Frames (+0.5, -0.5) and (+0.5, 0).
  const auto stereo = bytes({0x00, 0x40, 0x00, 0xC0, 0x00, 0x40, 0x00, 0x00});
  EXPECT_THAT(*decode_pcm(stereo, {.channels = 2}), ElementsAre(0.0F, 0.25F));
}

TEST(DecodePcm, AveragesTheLargestFloatsWithoutOverflow) {
  std::vector<std::byte> frame;
  for (int channel = 0; channel < 8; ++channel) {
    const auto sample = little_endian_float(kMaxFloatMagnitude);
    frame.insert(frame.end(), sample.begin(), sample.end());
  }
  EXPECT_THAT(*decode_pcm(frame, {.format = SampleFormat::f32, .channels = 8}),
              ElementsAre(kMaxFloatMagnitude));
}

TEST(DecodePcm, ReadsBigEndianAsTheSwappedBytes) {
  for (const SampleFormat format : kFormats) {
    std::vector<std::byte> data = noise_bytes(sample_bytes(format) * 300);
    if (format == SampleFormat::f32) {
      for (std::size_t i = 3; i < data.size(); i += 4) data[i] = std::byte{0x3F};
    }
    const auto little = decode_pcm(data, {format, ByteOrder::little, 3});
    const auto width = static_cast<std::ptrdiff_t>(sample_bytes(format));
    for (auto at = data.begin(); at != data.end(); at += width) std::reverse(at, at + width);
    const auto big = decode_pcm(data, {format, ByteOrder::big, 3});
    EXPECT_EQ(*little, *big) << to_string(format);
  }
}

TEST(DecodePcm, RejectsACutShortFrame) {
  const auto result = decode_pcm(bytes({1, 2, 3, 4, 5, 6}), {.channels = 2});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::malformed_audio);
  EXPECT_THAT(result.error().message, HasSubstr("2 of 4 bytes"));
}

TEST(DecodePcm, RejectsChannelsOutOfBounds) {
  for (const int channels : {-1, 0, 9, std::numeric_limits<int>::max()}) {
    const auto result = decode_pcm({}, {.channels = channels});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST(DecodePcm, RejectsFloatsThatAreNotSoundAndSaysWhere) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity(), 1e10F}) {
    std::vector<std::byte> data = little_endian_float(0.5F);
    const auto sample = little_endian_float(bad);
    data.insert(data.end(), sample.begin(), sample.end());
    const auto result = decode_pcm(data, {SampleFormat::f32});
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::malformed_audio);
    EXPECT_THAT(result.error().message, HasSubstr("at byte 4"));
  }
}

TEST(PcmWords, HoldTheSamplesInTheirHighBits) {
  EXPECT_THAT(pcm_words(bytes({0x80, 0x81}), {SampleFormat::u8}), ElementsAre(0, 1 << 24));
  EXPECT_THAT(pcm_words(bytes({0xFF, 0xFE}), {SampleFormat::s16, ByteOrder::big}),
              ElementsAre(-2 * 65536));
}

}  // namespace
}  // namespace auscult::audio
