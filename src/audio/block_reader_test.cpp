#include "audio/block_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "audio/decode.hpp"
#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kFrames = 50'001;  // no whole number of blocks

TEST(BlockReader, GivesEverySampleOnceAndInOrder) {
  const auto body = noise_bytes(2 * kFrames + 1);
  auto reader = BlockReader::open(body, {});
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->frames(), kFrames);
  EXPECT_EQ(reader->format().dropped_bytes, 1);
  const std::vector<float> whole =
      *decode_pcm(std::span(body).first(2 * kFrames), {.format = SampleFormat::s16});
  std::vector<float> read;
  for (;;) {
    const auto block = reader->next();
    ASSERT_TRUE(block);
    if (block->empty()) break;
    EXPECT_LT(block->size(), kFrames / 2) << "is that a block?";
    read.insert(read.end(), block->begin(), block->end());
  }
  EXPECT_EQ(read, whole);
  EXPECT_EQ(reader->frames(), 0U);
  EXPECT_TRUE((*reader->next()).empty()) << "at its end it stays there";
}

TEST(BlockReader, SaysWhereInTheUploadASampleIsNoNumber) {
  std::vector<std::byte> body(4 * kFrames);
  const float bad = std::numeric_limits<float>::quiet_NaN();
  const std::size_t at = 4 * (kFrames - 10);
  std::memcpy(body.data() + at, &bad, sizeof bad);
  const auto decoded = decode(body, {.format = SampleFormat::f32});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::malformed_audio);
  EXPECT_THAT(decoded.error().message, HasSubstr("at byte " + std::to_string(at) + " is nan"));
}

}  // namespace
}  // namespace auscult::audio
