#include "audio/container.hpp"

#include <gtest/gtest.h>

#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

// MPEG 1 layer III, 128 kbit/s, 44.1 kHz: a frame of 417 bytes.
constexpr std::size_t kFrameBytes = 417;

std::vector<std::byte> mp3_headers(std::size_t frames) {
  std::vector<std::byte> file(frames * kFrameBytes);
  for (std::size_t i = 0; i < frames; ++i) {
    const auto header = bytes({0xFF, 0xFB, 0x90, 0x00});
    std::copy(header.begin(), header.end(),
              file.begin() + static_cast<std::ptrdiff_t>(i * kFrameBytes));
  }
  return file;
}

TEST(SniffContainer, KnowsEachHeader) {
  EXPECT_EQ(sniff_container(bytes({'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E'})),
            Container::wav);
  EXPECT_EQ(sniff_container(bytes({'f', 'L', 'a', 'C'})), Container::flac);
  EXPECT_EQ(sniff_container(bytes({'O', 'g', 'g', 'S'})), Container::ogg);
  EXPECT_EQ(sniff_container(bytes({'I', 'D', '3', 3, 0, 0, 0, 0, 0, 0})), Container::mp3);
  EXPECT_EQ(sniff_container(mp3_headers(3)), Container::mp3);
  EXPECT_EQ(sniff_container(bytes({'F', 'O', 'R', 'M', 0, 0, 0, 0, 'A', 'I', 'F', 'F'})),
            Container::other);
}

TEST(SniffContainer, NeedsBothTagsOfAWav) {
  EXPECT_EQ(sniff_container(bytes({'R', 'I', 'F', 'F', 0, 0, 0, 0, 'A', 'V', 'I', ' '})),
            Container::pcm);
  EXPECT_EQ(sniff_container(bytes({'R', 'I', 'F', 'F', 0, 0, 0, 0})), Container::pcm);
}

TEST(SniffContainer, NeedsThreeFramesOfAnMp3WhereTheyBelong) {
  EXPECT_EQ(sniff_container(mp3_headers(2)), Container::pcm);
  auto moved = mp3_headers(3);
  moved.insert(moved.begin() + kFrameBytes, std::byte{0});
  EXPECT_EQ(sniff_container(moved), Container::pcm);
  auto other_rate = mp3_headers(3);
  other_rate[2 * kFrameBytes + 2] = std::byte{0x94};
  EXPECT_EQ(sniff_container(other_rate), Container::pcm);
}

// Quiet s16 samples: -1 to -32 are 0xFFFF to 0xFFE0, each a possible sync word.
TEST(SniffContainer, TakesQuietSamplesForPcm) {
  for (int first = -32; first < 0; ++first) {
    for (const int second : {-1, -5, -16, 0, 1}) {
      std::vector<std::byte> pcm;
      for (int i = 0; i < 2'000; ++i) {
        for (const int sample : {first, second}) {
          pcm.push_back(static_cast<std::byte>(sample));
          pcm.push_back(static_cast<std::byte>(sample >> 8));
        }
      }
      ASSERT_EQ(sniff_container(pcm), Container::pcm) << first << ", " << second;
      pcm.erase(pcm.begin());
      ASSERT_EQ(sniff_container(pcm), Container::pcm) << first << ", " << second;
    }
  }
}

TEST(SniffContainer, TakesNothingAndLittleForPcm) {
  EXPECT_EQ(sniff_container({}), Container::pcm);
  EXPECT_EQ(sniff_container(bytes({0xFF})), Container::pcm);
  EXPECT_EQ(sniff_container(bytes({'I', 'D', '3'})), Container::pcm);
}

TEST(MendStreamedWav, LeavesAFileThatKnowsItsLengthAlone) {
  // Two chunks: data of size 0 and a LIST of four bytes.
  auto wav = bytes({'R', 'I', 'F', 'F', 24,  0,   0,   0,   'W', 'A', 'V', 'E', 'd', 'a', 't', 'a',
                    0,   0,   0,   0,   'L', 'I', 'S', 'T', 4,   0,   0,   0,   1,   2,   3,   4});
  EXPECT_FALSE(mend_streamed_wav(wav));
  wav[4] = std::byte{0};
  EXPECT_TRUE(mend_streamed_wav(wav));
}

TEST(MendStreamedWav, LeavesChunksThatPointBehindTheEndAlone) {
  EXPECT_FALSE(mend_streamed_wav(bytes({'R', 'I', 'F', 'F', 0,   0,   0,    0,    'W',  'A',
                                        'V', 'E', 'f', 'm', 't', ' ', 0xFF, 0xFF, 0xFF, 0xFF})));
}

TEST(LeadInWav, LeavesOtherSamplesAndWhatIsCutOffAlone) {
  const auto head = [](std::initializer_list<int> rest) {
    auto wav = bytes({'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E'});
    for (const int byte : rest) wav.push_back(static_cast<std::byte>(byte));
    return wav;
  };
  EXPECT_FALSE(lead_in_wav(head({'d', 'a', 't', 'a', 4, 0, 0, 0, 'O', 'g', 'g', 'T'})));
  EXPECT_FALSE(lead_in_wav(head({'d', 'a', 't', 'a', 4, 0, 0, 0, 'O', 'g', 'g'})));
  // No format says how long a frame is.
  EXPECT_FALSE(lead_in_wav(head({'d', 'a', 't', 'a', 4, 0, 0, 0, 'O', 'g', 'g', 'S'})));
}

}  // namespace
}  // namespace auscult::audio
