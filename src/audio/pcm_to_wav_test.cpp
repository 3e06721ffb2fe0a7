#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "audio/decode.hpp"
#include "audio/sound_test.hpp"
#include "auscult/audio.hpp"

namespace auscult {
namespace {

using audio::bytes;
using ::testing::ElementsAreArray;

std::vector<std::byte> data_of(const std::vector<std::byte>& wav, std::size_t size) {
  return {wav.begin() + 44, wav.begin() + 44 + static_cast<std::ptrdiff_t>(size)};
}

// The canonical 44-byte header (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991).
TEST(PcmToWav, WritesTheCanonicalHeader) {
  const auto wav = pcm_to_wav(bytes({1, 0, 2, 0}), 16'000, 2, 2, 1);
  EXPECT_THAT(*wav,
              ElementsAreArray(bytes({'R',  'I',  'F', 'F', 40, 0,    0, 0, 'W', 'A', 'V', 'E',
                                      'f',  'm',  't', ' ', 16, 0,    0, 0, 1,   0,   2,   0,
                                      0x80, 0x3E, 0,   0,   0,  0xFA, 0, 0, 4,   0,   16,  0,
                                      'd',  'a',  't', 'a', 4,  0,    0, 0, 1,   0,   2,   0})));
}

TEST(PcmToWav, TakesS16MonoAt16KHzTimesTenByDefault) {
  const auto wav = pcm_to_wav(bytes({1, 0, 0xFF, 0xFF}));
  EXPECT_EQ(data_of(*wav, 4), bytes({10, 0, 0xF6, 0xFF}));
  const auto decoded = audio::decode(*wav, {});
  EXPECT_EQ(decoded->clip.sample_rate_hz, 16'000);
  EXPECT_EQ(decoded->format.channels, 1);
  EXPECT_EQ(decoded->format.sample_format, "s16");
}

TEST(PcmToWav, SaturatesAtTheLimitsOfEachWidth) {
  EXPECT_EQ(data_of(*pcm_to_wav(bytes({0x00, 0xFF, 0x81}), 8'000, 1, 1), 3),
            bytes({0x00, 0xFF, 0x8A}));
  EXPECT_EQ(data_of(*pcm_to_wav(bytes({0x00, 0x40, 0x00, 0xC0}), 8'000, 1, 2), 4),
            bytes({0xFF, 0x7F, 0x00, 0x80}));
  EXPECT_EQ(data_of(*pcm_to_wav(bytes({0, 0, 0x40, 0, 0, 0xC0}), 8'000, 1, 3), 6),
            bytes({0xFF, 0xFF, 0x7F, 0, 0, 0x80}));
  EXPECT_EQ(data_of(*pcm_to_wav(bytes({0, 0, 0, 0x40, 0, 0, 0, 0xC0}), 8'000, 1, 4), 8),
            bytes({0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x80}));
}

TEST(PcmToWav, KeepsEverySampleAtFactorOne) {
  for (int width = 1; width <= 4; ++width) {
    const auto pcm = audio::noise_bytes(static_cast<std::size_t>(width) * 2 * 501);
    EXPECT_EQ(data_of(*pcm_to_wav(pcm, 48'000, 2, width, 1), pcm.size()), pcm) << width;
  }
}

TEST(PcmToWav, LeavesOutAFrameThatIsCutShort) {
  EXPECT_EQ(*pcm_to_wav(bytes({1, 0, 2, 0, 3})), *pcm_to_wav(bytes({1, 0, 2, 0})));
}

TEST(PcmToWav, RefusesWhatIsOutOfBounds) {
  const auto pcm = bytes({0, 0, 0, 0});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& result :
       {pcm_to_wav(pcm, 3'999), pcm_to_wav(pcm, 192'001), pcm_to_wav(pcm, 16'000, 0),
        pcm_to_wav(pcm, 16'000, 9), pcm_to_wav(pcm, 16'000, 1, 0), pcm_to_wav(pcm, 16'000, 1, 5),
        pcm_to_wav(pcm, 16'000, 1, 2, -1), pcm_to_wav(pcm, 16'000, 1, 2, 1'001),
        pcm_to_wav(pcm, 16'000, 1, 2, nan)}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST(PcmToWav, RefusesLessThanOneFrame) {
  EXPECT_EQ(pcm_to_wav({}).error().code, ErrorCode::malformed_audio);
  EXPECT_EQ(pcm_to_wav(bytes({1, 2, 3}), 16'000, 2).error().code, ErrorCode::malformed_audio);
}

}  // namespace
}  // namespace auscult
