#include "audio/wav.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/decode.hpp"
#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

using ::testing::ElementsAre;

TEST(EncodeAmplifiedWav, WritesS16MonoAtTheClipsRate) {
  const auto wav = encode_amplified_wav({{0.25F, -0.25F}, 22'222}, 2);
  EXPECT_EQ(wav.bytes.size(), 44U + 4);
  const auto decoded = decode(wav.bytes, {});
  EXPECT_THAT(decoded->clip.samples, ElementsAre(0.5F, -0.5F));
  EXPECT_EQ(decoded->clip.sample_rate_hz, 22'222);
  EXPECT_EQ(decoded->format.sample_format, "s16");
  EXPECT_EQ(decoded->format.channels, 1);
}

TEST(EncodeAmplifiedWav, SaturatesAndCountsWhatReachesTheLimits) {
  const auto wav = encode_amplified_wav({{0.2F, -0.2F, 0.05F, 0.0F}, 16'000}, 10);
  EXPECT_THAT(decode(wav.bytes, {})->clip.samples,
              ElementsAre(32767.0F / 32768, -1.0F, 16384.0F / 32768, 0.0F));
  EXPECT_EQ(wav.clipped_fraction, 0.5);
}

TEST(EncodeAmplifiedWav, RoundsToTheNearest) {
  const auto wav = encode_amplified_wav({{0.6F / 32768, -0.6F / 32768, 0.4F / 32768}, 16'000}, 1);
  EXPECT_THAT(decode(wav.bytes, {})->clip.samples, ElementsAre(1.0F / 32768, -1.0F / 32768, 0.0F));
}

TEST(EncodeAmplifiedWav, GivesBackTheSamplesAtGainOne) {
  const auto original = decode(noise_bytes(20'000), {});
  EXPECT_EQ(decode(encode_amplified_wav(original->clip, 1).bytes, {})->clip, original->clip);
}

TEST(EncodeAmplifiedWav, WritesAnEmptyFileForAnEmptyClip) {
  const auto wav = encode_amplified_wav({{}, 16'000}, 10);
  EXPECT_EQ(wav.bytes.size(), 44U);
  EXPECT_EQ(wav.clipped_fraction, 0);
}

TEST(AmplifiedWavWriter, MakesTheSameFileHoweverTheSoundIsCut) {
  const AudioClip clip = {sine(100, 16'000, 0.5), 16'000};
  const AmplifiedWav whole = encode_amplified_wav(clip, 3);
  AmplifiedWavWriter writer(16'000, 3);
  std::vector<std::byte> bytes(AmplifiedWavWriter::kHeaderBytes);
  for (std::size_t i = 0; i < clip.samples.size(); i += 1'000) {
    const auto block = writer.take(std::span(clip.samples).subspan(i, 1'000));
    bytes.insert(bytes.end(), block.begin(), block.end());
  }
  std::ranges::copy(writer.header(), bytes.begin());
  EXPECT_EQ(bytes, whole.bytes);
  EXPECT_GT(whole.clipped_fraction, 0);
  EXPECT_EQ(writer.clipped_fraction(), whole.clipped_fraction);
}

}  // namespace
}  // namespace auscult::audio
