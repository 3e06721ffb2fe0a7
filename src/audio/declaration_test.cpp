#include "audio/declaration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace auscult::audio {
namespace {

using ::testing::HasSubstr;

using Parameter = std::pair<std::string_view, std::string_view>;

Result<Declaration> declare_all(std::initializer_list<Parameter> parameters) {
  Declaration declaration;
  for (const auto& [name, value] : parameters) {
    const Result<bool> known = declare(declaration, name, value);
    if (!known) return known.error();
    if (!*known) return fail(ErrorCode::internal, "unknown name");
  }
  return declaration;
}

TEST(Merge, PrefersTheFirstInEachMember) {
  const Declaration first = {.sample_rate_hz = 8'000, .byte_order = ByteOrder::little};
  const Declaration second = {
      .sample_rate_hz = 16'000, .channels = 2, .byte_order = ByteOrder::big};
  EXPECT_EQ(merge(first, second),
            (Declaration{.sample_rate_hz = 8'000, .channels = 2, .byte_order = ByteOrder::little}));
}

TEST(Declare, KnowsEachName) {
  EXPECT_EQ(declare_all({{"sample_rate", "22222"}})->sample_rate_hz, 22'222);
  EXPECT_EQ(declare_all({{"rate", "192000"}})->sample_rate_hz, 192'000);
  EXPECT_EQ(declare_all({{"channels", "8"}})->channels, 8);
  EXPECT_EQ(declare_all({{"sample_width", "1"}})->format, SampleFormat::u8);
  EXPECT_EQ(declare_all({{"sample_width", "4"}})->format, SampleFormat::s32);
  EXPECT_EQ(declare_all({{"bits", "8"}})->format, SampleFormat::u8);
  EXPECT_EQ(declare_all({{"bits", "24"}})->format, SampleFormat::s24);
  EXPECT_EQ(declare_all({{"format", "f32"}})->format, SampleFormat::f32);
  EXPECT_EQ(declare_all({{"byte_order", "big"}})->byte_order, ByteOrder::big);
  EXPECT_EQ(declare_all({{"endian", "little"}})->byte_order, ByteOrder::little);
}

TEST(Declare, ReadsTheByteOrderBehindAFormat) {
  EXPECT_EQ(*declare_all({{"format", "S16LE"}}),
            (Declaration{.format = SampleFormat::s16, .byte_order = ByteOrder::little}));
  EXPECT_EQ(*declare_all({{"format", "f32be"}}),
            (Declaration{.format = SampleFormat::f32, .byte_order = ByteOrder::big}));
}

TEST(Declare, TakesFourBytesForFloatsOnlyIfTheFormatSaysSo) {
  EXPECT_EQ(declare_all({{"format", "f32"}, {"sample_width", "4"}})->format, SampleFormat::f32);
  EXPECT_EQ(declare_all({{"bits", "32"}, {"format", "f32"}})->format, SampleFormat::f32);
}

TEST(Declare, RefusesAWidthThatContradictsTheFormat) {
  for (const auto& result : {declare_all({{"format", "f32"}, {"bits", "16"}}),
                             declare_all({{"sample_width", "2"}, {"format", "f32"}})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST(Declare, LeavesOtherNamesAlone) {
  Declaration declaration;
  EXPECT_FALSE(*declare(declaration, "gain", "10"));
  EXPECT_FALSE(*declare(declaration, "", ""));
  EXPECT_EQ(declaration, Declaration{});
}

TEST(Declare, RefusesValuesOutOfBoundsAndNamesThem) {
  for (const auto& [name, value] :
       std::initializer_list<Parameter>{{"sample_rate", "3999"},
                                        {"sample_rate", "192001"},
                                        {"sample_rate", "16000.0"},
                                        {"sample_rate", "16k"},
                                        {"sample_rate", ""},
                                        {"rate", "99999999999999999999"},
                                        {"rate", "-16000"},
                                        {"channels", "0"},
                                        {"channels", "9"},
                                        {"sample_width", "0"},
                                        {"sample_width", "5"},
                                        {"bits", "12"},
                                        {"bits", "20"},
                                        {"bits", "64"},
                                        {"format", "s20"},
                                        {"format", "le"},
                                        {"format", ""},
                                        {"format", "s16middle"},
                                        {"byte_order", "mid"}}) {
    const auto result = declare_all({{name, value}});
    ASSERT_FALSE(result) << name << "=" << value;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(result.error().message, HasSubstr(std::string(name)));
    EXPECT_THAT(result.error().message, HasSubstr("'" + std::string(value) + "'"));
  }
}

TEST(Declare, QuotesOnlyTheBeginningOfALongValue) {
  const auto result = declare_all({{"sample_rate", std::string(100'000, '1')}});
  ASSERT_FALSE(result);
  EXPECT_LT(result.error().message.size(), 200U);
}

TEST(ParseMediaType, ReadsThePcmParameters) {
  EXPECT_EQ(*parse_media_type("audio/pcm;rate=16000;channels=2;bits=32"),
            (Declaration{.sample_rate_hz = 16'000, .channels = 2, .format = SampleFormat::s32}));
  EXPECT_EQ(*parse_media_type(" Audio/X-PCM ; Rate = \"8000\" ; "),
            (Declaration{.sample_rate_hz = 8'000}));
}

TEST(ParseMediaType, TakesLinearTypesAsBigEndian) {
  EXPECT_EQ(*parse_media_type("audio/L16;rate=8000"), (Declaration{.sample_rate_hz = 8'000,
                                                                   .format = SampleFormat::s16,
                                                                   .byte_order = ByteOrder::big}));
  EXPECT_EQ(*parse_media_type("audio/x-l24"),
            (Declaration{.format = SampleFormat::s24, .byte_order = ByteOrder::big}));
  EXPECT_EQ(*parse_media_type("audio/L8"), (Declaration{.format = SampleFormat::u8}));
}

TEST(ParseMediaType, LetsAParameterOverrideTheByteOrder) {
  EXPECT_EQ(parse_media_type("audio/L16;rate=16000;endian=little")->byte_order, ByteOrder::little);
}

TEST(ParseMediaType, HearsNothingFromOtherTypesAndParameters) {
  for (const std::string_view type :
       {"", "application/octet-stream", "audio/wav;rate=1", "audio/pcm", "audio/pcm;;;", "audio/x-",
        "audio/pcm;codec=foo;rate", ";rate=1", "audio/pcmu;rate=1"}) {
    EXPECT_EQ(*parse_media_type(type), Declaration{}) << type;
  }
}

TEST(ParseMediaType, RefusesAParameterOutOfBounds) {
  const auto result = parse_media_type("audio/pcm;rate=1");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace auscult::audio
