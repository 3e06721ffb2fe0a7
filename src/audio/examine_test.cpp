#include "audio/examine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "audio/synthetic_heart.hpp"

namespace auscult::audio {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::int16_t>;

Words heart(int rate_hz = 16'000, double seconds = 4) {
  Words words;
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 5);
  const AudioClip clip = synthesize({.duration_s = seconds}, rate_hz);
  for (const float sample : clip.samples) {
    words.push_back(static_cast<std::int16_t>(
        std::lround(32'000 * static_cast<double>(sample) + noise(random))));
  }
  return words;
}

void append(std::vector<std::byte>& bytes, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) {
    bytes.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
  }
}

std::vector<std::byte> little(const Words& words) {
  std::vector<std::byte> bytes;
  for (const std::int16_t word : words) append(bytes, static_cast<std::uint16_t>(word), 2);
  return bytes;
}

std::vector<std::byte> swapped(std::vector<std::byte> bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

std::vector<std::byte> text(const std::string& letters) {
  const auto bytes = std::as_bytes(std::span(letters));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> codes(const Examination& found) {
  std::vector<std::string> all;
  for (const Finding& finding : found.findings) {
    all.push_back(finding.code);
    EXPECT_FALSE(finding.what.empty());
    EXPECT_FALSE(finding.advice.empty());
  }
  return all;
}

TEST(Examine, FindsNothingWrongWithAHeart) {
  for (const int rate_hz : {8'000, 16'000, 44'100}) {
    const Examination found = examine(little(heart(rate_hz)), {.sample_rate_hz = rate_hz});
    EXPECT_THAT(codes(found), IsEmpty()) << rate_hz;
    EXPECT_FALSE(found.likely);
    ASSERT_TRUE(found.decoded);
    EXPECT_EQ(found.decoded->clip.sample_rate_hz, rate_hz);
  }
}

TEST(Examine, FindsNothingWrongWithNoise) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0, 900);
  Words words(64'000);
  for (std::int16_t& word : words) word = static_cast<std::int16_t>(std::lround(noise(random)));
  EXPECT_THAT(codes(examine(little(words), {})), IsEmpty());
  EXPECT_THAT(codes(examine(little(words), {.channels = 2})), ::testing::Not(Contains("layout")));
}

/// What a layout that is wrong on purpose is taken for.
LikelyLayout likely(std::span<const std::byte> bytes, const Declaration& declared = {}) {
  const Examination found = examine(bytes, declared);
  EXPECT_TRUE(found.likely);
  return found.likely.value_or(LikelyLayout{});
}

TEST(Examine, FindsSwappedBytes) {
  EXPECT_EQ(likely(swapped(little(heart()))).byte_order, "big");
  const auto back = likely(little(heart()), {.byte_order = ByteOrder::big});
  EXPECT_EQ(back.byte_order, "little");
  EXPECT_EQ(back.sample_format, "s16");
}

TEST(Examine, FindsSamplesThatBeginAtAnOddByte) {
  std::vector<std::byte> bytes = little(heart());
  bytes.insert(bytes.begin(), std::byte{0x42});
  const Examination found = examine(bytes, {});
  ASSERT_FALSE(found.findings.empty());
  EXPECT_THAT(found.findings.front().what, HasSubstr("from the second byte on"));
}

TEST(Examine, FindsWiderWords) {
  std::vector<std::byte> empty;
  std::vector<std::byte> filled;
  std::vector<std::byte> packed;
  std::mt19937 random(5);
  for (const std::int16_t word : heart()) {
    const auto upper = static_cast<std::uint32_t>(static_cast<std::uint16_t>(word));
    append(empty, upper << 16U, 4);
    append(filled, upper << 16U | (random() & 0xFF00U), 4);
    append(packed, upper << 8U | (random() & 0xFFU), 3);
  }
  EXPECT_EQ(likely(empty).sample_format, "s32");
  EXPECT_EQ(likely(filled).sample_format, "s32");
  EXPECT_EQ(likely(packed).sample_format, "s24");
}

TEST(Examine, FindsNarrowerWords) {
  std::vector<std::byte> eight;
  for (const std::int16_t word : heart()) {
    append(eight, static_cast<std::uint32_t>(word / 256 * 2 + 128), 1);
  }
  EXPECT_EQ(likely(eight).sample_format, "u8");
  EXPECT_EQ(likely(little(heart()), {.format = SampleFormat::s32}).sample_format, "s16");
}

TEST(Examine, FindsFloats) {
  std::vector<std::byte> bytes;
  for (const std::int16_t word : heart()) {
    append(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(word) / 32'768), 4);
  }
  EXPECT_EQ(likely(bytes).sample_format, "f32");
}

TEST(Examine, FindsChannelsThatWereNotDeclared) {
  const Words heart_words = heart();
  Words same;
  Words different;
  Words silent;
  for (std::size_t i = 0; i + 1 < heart_words.size(); ++i) {
    const std::int16_t word = heart_words[i];
    same.insert(same.end(), {word, word});
    different.insert(different.end(),
                     {word, static_cast<std::int16_t>(heart_words[i + 1] / 3 + 100)});
    silent.insert(silent.end(), {word, 0});
  }
  EXPECT_EQ(likely(little(same)).channels, 2);
  EXPECT_EQ(likely(little(different)).channels, 2);
  EXPECT_EQ(likely(little(silent)).channels, 2);
  EXPECT_EQ(likely(little(heart_words), {.channels = 2}).channels, 1);
  for (const Words& words : {same, different, silent}) {
    EXPECT_FALSE(examine(little(words), {.channels = 2}).likely) << "as it is";
  }
}

TEST(Examine, FindsCountsOfAConverter) {
  Words twelve;
  Words sixteen;
  for (const std::int16_t word : heart()) {
    twelve.push_back(static_cast<std::int16_t>(2'048 + word / 16));
    sixteen.push_back(static_cast<std::int16_t>(static_cast<std::uint16_t>(word + 32'768)));
  }
  EXPECT_THAT(codes(examine(little(twelve), {})), Contains("adc"));
  EXPECT_THAT(codes(examine(little(sixteen), {})), Contains("offset_binary"));
}

TEST(Examine, FindsWhatAConverterDoesWrong) {
  Words offset = heart();
  Words loud = heart();
  Words quiet = heart();
  for (std::int16_t& word : offset) word = static_cast<std::int16_t>(word / 2 + 4'000);
  for (std::int16_t& word : loud)
    word = static_cast<std::int16_t>(std::clamp(word * 20, -32'768, 32'767));
  for (std::int16_t& word : quiet) word = static_cast<std::int16_t>(word / 300);
  EXPECT_THAT(codes(examine(little(offset), {})), Contains("dc_offset"));
  EXPECT_THAT(codes(examine(little(loud), {})), Contains("clipped"));
  EXPECT_THAT(codes(examine(little(quiet), {})), Contains("quiet"));
  EXPECT_THAT(codes(examine(little(Words(20'000, 5)), {})), Contains("silent"));
}

TEST(Examine, FindsBuffersThatWereNotFilled) {
  Words words = heart();
  for (const std::size_t at : {5'000U, 21'000U, 40'000U}) {
    std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(at), 512, std::int16_t{9'000});
  }
  const Examination found = examine(little(words), {});
  EXPECT_THAT(codes(found), Contains("gaps"));
  EXPECT_EQ(found.dropouts.gaps, 3);
  EXPECT_NEAR(found.dropouts.gap_s, 3 * 0.032, 0.002);
}

TEST(Examine, FindsBuffersThatWereSentTwice) {
  Words words = heart();
  for (const std::ptrdiff_t at : {4'096, 20'480, 36'864}) {
    std::copy_n(words.begin() + at - 512, 512, words.begin() + at);
  }
  const Examination found = examine(little(words), {});
  EXPECT_THAT(codes(found), Contains("repeats"));
  EXPECT_EQ(found.dropouts.repeat_frames, 512);
  EXPECT_EQ(found.dropouts.repeats, 3);
}

TEST(Examine, FindsABufferThatIsNeverFilledAnew) {
  const Words all = heart();
  Words looped;
  for (int i = 0; i < 50; ++i) looped.insert(looped.end(), all.begin(), all.begin() + 1'000);
  const Examination found = examine(little(looped), {});
  EXPECT_THAT(codes(found), Contains("looped"));
  EXPECT_EQ(found.dropouts.repeat_frames, 1'000);
}

TEST(Examine, FindsWhatIsNoSound) {
  struct Case {
    const char* code;
    std::string body;
  };
  const std::vector<Case> cases = {
      {"empty", ""},
      {"text", R"({"audio": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAA"})"},
      {"text", "UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQAAAAA="},
      {"text", "12, -5, 77, 102, 98, 12, 0, -44, -60, -12, 8, 15, 22, 31, 28, 9"},
      {"http", "POST /upload_audio HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789"},
      {"form", "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n12345\r\n--B--\r\n"},
      {"chunk_sizes", "10\r\n0123456789abcdef\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"},
      {"compressed", "\x1F\x8B\x08" + std::string(400, 'x')},
      {"late_header", "\r\nRIFF\x24\x10\x01\x01WAVEfmt " + std::string(400, '\x01')},
      {"unreadable", "x"},
      {"unreadable", "RIFF\x10---WAVEnothing of the kind"},
  };
  for (const auto& [code, body] : cases) {
    const Examination found = examine(text(body), {});
    EXPECT_THAT(codes(found), Contains(code)) << body.substr(0, 20);
    EXPECT_EQ(found.bytes, body.size());
  }
}

TEST(Examine, TakesAWavThatEndsWithItsFirstBytesForSamples) {
  for (std::size_t cut = 4; cut <= 12; ++cut) {
    const std::string begun = std::string("RIFF\x24\x10\x01\x01WAVE").substr(0, cut);
    const Examination found = examine(text(std::string(100, '\x01') + begun), {});
    EXPECT_EQ(found.bytes, 100 + cut);
    if (cut < 12) {
      EXPECT_THAT(codes(found), testing::Not(Contains("late_header")));
    }
  }
}

std::vector<std::byte> wav(std::uint32_t claimed, const Words& words) {
  std::vector<std::byte> bytes = text("RIFF");
  append(bytes, claimed + 36, 4);
  for (const std::byte letter : text("WAVEfmt ")) bytes.push_back(letter);
  append(bytes, 16, 4);
  append(bytes, 1, 2);
  append(bytes, 1, 2);
  append(bytes, 16'000, 4);
  append(bytes, 32'000, 4);
  append(bytes, 2, 2);
  append(bytes, 16, 2);
  for (const std::byte letter : text("data")) bytes.push_back(letter);
  append(bytes, claimed, 4);
  for (const std::byte byte : little(words)) bytes.push_back(byte);
  return bytes;
}

TEST(Examine, ComparesAWavWithItsHeader) {
  const Words words = heart();
  const auto size = static_cast<std::uint32_t>(2 * words.size());
  EXPECT_THAT(codes(examine(wav(size, words), {})), IsEmpty());
  EXPECT_THAT(codes(examine(wav(0, words), {})), Contains("wav_size"));
  EXPECT_THAT(codes(examine(wav(2 * size, words), {})), Contains("wav_size"));
  EXPECT_THAT(codes(examine(wav(size, words), {.sample_rate_hz = 44'100})),
              Contains("header_wins"));
}

TEST(Examine, CountsTheBytesThatAreLessThanASample) {
  std::vector<std::byte> bytes = little(heart());
  bytes.push_back(std::byte{1});
  EXPECT_THAT(codes(examine(bytes, {})), ::testing::ElementsAre("odd_bytes"));
}

TEST(Examine, SaysThatAPieceIsShort) {
  EXPECT_THAT(codes(examine(little(heart(16'000, 1)), {})), Contains("short"));
}

}  // namespace
}  // namespace auscult::audio
