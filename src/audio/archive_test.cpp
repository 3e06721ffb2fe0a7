#include "audio/archive.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>

#include "audio/decode.hpp"
#include "audio/sound_file.hpp"
#include "audio/sound_test.hpp"

namespace auscult::audio {
namespace {

constexpr std::array kIntegerFormats = {SampleFormat::u8, SampleFormat::s16, SampleFormat::s24,
                                        SampleFormat::s32};

/// decode(archive(x)), and unarchive_to_wav(archive(x)), equal decode(x) to the bit.
void expect_lossless(std::span<const std::byte> upload, const Declaration& declared,
                     std::string_view media_type) {
  const auto archived = archive(upload, declared);
  ASSERT_TRUE(archived) << archived.error().message;
  EXPECT_EQ(archived->media_type, media_type);
  const auto original = decode(upload, declared);
  const auto kept = decode(archived->bytes, {});
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->clip, original->clip);
  EXPECT_EQ(kept->format.channels, original->format.channels);

  const auto wav = unarchive_to_wav(archived->bytes);
  ASSERT_TRUE(wav) << wav.error().message;
  const auto restored = decode(*wav, {});
  EXPECT_EQ(restored->format.container, "wav");
  EXPECT_EQ(restored->clip, original->clip);
  EXPECT_EQ(restored->format.channels, original->format.channels);
}

std::vector<std::byte> float_noise(std::size_t samples) {
  std::vector<std::byte> result = noise_bytes(4 * samples);
  // An exponent byte that keeps each of them below 2, and none subnormal.
  for (std::size_t i = 3; i < result.size(); i += 4) result[i] = std::byte{0x3E};
  return result;
}

std::string codec_of_wav(std::span<const std::byte> wav) {
  return decode(wav, {})->format.sample_format;
}

TEST(Archive, KeepsIntegerPcmAsFlacToTheBit) {
  for (const SampleFormat format : {SampleFormat::u8, SampleFormat::s16, SampleFormat::s24}) {
    for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
      for (int channels = 1; channels <= 8; ++channels) {
        // Also one byte more than whole frames.
        const std::size_t size = PcmLayout{format, order, channels}.frame_bytes() * 20'001;
        for (const std::size_t odd : {std::size_t{0}, std::size_t{1}}) {
          SCOPED_TRACE(std::string(to_string(format)) + " x " + std::to_string(channels));
          expect_lossless(noise_bytes(size + odd), {44'100, channels, format, order}, "audio/flac");
        }
      }
    }
  }
}

TEST(Archive, KeepsIntegerPcmAtEveryRate) {
  for (const int rate : {4'000, 8'000, 11'025, 16'000, 22'050, 22'222, 32'000, 44'100, 48'000,
                         65'535, 96'000, 192'000}) {
    expect_lossless(noise_bytes(2'002), {.sample_rate_hz = rate}, "audio/flac");
  }
}

TEST(Archive, KeepsTheRatesThatFlacDoesNotKnowAsWav) {
  for (const SampleFormat format : kIntegerFormats) {
    expect_lossless(noise_bytes(2'400), {.sample_rate_hz = 100'001, .format = format}, "audio/wav");
  }
}

TEST(Archive, KeepsASingleFrame) {
  expect_lossless(bytes({1, 2}), {}, "audio/flac");
  expect_lossless(bytes({0, 0}), {}, "audio/flac");
}

TEST(Archive, KeepsFloatsAndFull32BitsAsWav) {
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    for (const int channels : {1, 2, 5, 8}) {
      const std::size_t samples = 1'001 * static_cast<std::size_t>(channels);
      expect_lossless(noise_bytes(4 * samples), {16'000, channels, SampleFormat::s32, order},
                      "audio/wav");
      std::vector<std::byte> floats = float_noise(samples);
      if (order == ByteOrder::big) {
        for (std::size_t i = 0; i < floats.size(); i += 4) {
          std::swap(floats[i], floats[i + 3]);
          std::swap(floats[i + 1], floats[i + 2]);
        }
      }
      expect_lossless(floats, {16'000, channels, SampleFormat::f32, order}, "audio/wav");
    }
  }
}

TEST(Archive, KeepsSamplesThatBeginAsAnotherFileDoes) {
  for (const char* mark : {"OggS", "wvpk"}) {
    for (const int channels : {1, 3}) {
      // Big-endian words, so that they are no file as they come.
      std::vector<std::byte> words = noise_bytes(1'200);
      for (std::size_t i = 0; i < 4; ++i) words[i] = static_cast<std::byte>(mark[3 - i]);
      expect_lossless(words, {16'000, channels, SampleFormat::s32, ByteOrder::big}, "audio/wav");
    }
  }
}

TEST(Archive, KeepsA24BitMicrophonesWordsAsFlac) {
  std::vector<std::byte> words = noise_bytes(4'000);
  for (std::size_t i = 0; i < words.size(); i += 4) words[i] = std::byte{0};
  expect_lossless(words, {.format = SampleFormat::s32}, "audio/flac");
  EXPECT_EQ(codec_of_wav(*unarchive_to_wav(archive(words, {.format = SampleFormat::s32})->bytes)),
            "s24");
}

TEST(Archive, KeepsAWavOfIntegersAsFlac) {
  for (const int container :
       std::initializer_list<int>{SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_WAV | SF_ENDIAN_BIG}) {
    for (const auto& [format, codec] : {std::pair{SampleFormat::u8, SF_FORMAT_PCM_U8},
                                        {SampleFormat::s16, SF_FORMAT_PCM_16},
                                        {SampleFormat::s24, SF_FORMAT_PCM_24}}) {
      const PcmLayout layout = {.format = format, .channels = 3};
      const auto pcm = noise_bytes(layout.frame_bytes() * 9'001);
      const auto wav = encode_sound({container | codec, 48'000, 3}, pcm_words(pcm, layout));
      expect_lossless(*wav, {}, "audio/flac");
    }
  }
}

TEST(Archive, KeepsOtherFilesAsTheBytesTheyAre) {
  for (const auto& [format, media_type] : {std::pair{SF_FORMAT_WAV | SF_FORMAT_FLOAT, "audio/wav"},
                                           {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, "audio/wav"},
                                           {SF_FORMAT_WAV | SF_FORMAT_ULAW, "audio/wav"},
                                           {SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, "audio/wav"},
                                           {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "audio/flac"},
                                           {SF_FORMAT_OGG | SF_FORMAT_VORBIS, "audio/ogg"}}) {
    const auto file = encode_sound({format, 16'000, 1}, sine(100, 16'000, 0.5));
    SCOPED_TRACE(decode(*file, {})->format.sample_format);
    expect_lossless(*file, {}, media_type);
    EXPECT_EQ(archive(*file, {})->bytes, *file);
  }
}

TEST(Archive, KeepsMp3AsItIs) {
  const auto file =
      encode_sound({SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16'000, 1}, sine(100, 16'000, 0.5));
  if (!file) GTEST_SKIP() << "this libsndfile is built without an MP3 encoder";
  expect_lossless(*file, {}, "audio/mpeg");
}

TEST(Archive, KeepsAStreamedWavWhole) {
  auto wav = *encode_sound({SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16'000, 1}, sine(100, 16'000, 1));
  for (const std::size_t size_field : {std::size_t{4}, std::size_t{40}}) {
    std::fill_n(wav.begin() + static_cast<std::ptrdiff_t>(size_field), 4, std::byte{0});
  }
  expect_lossless(wav, {}, "audio/flac");
  EXPECT_EQ(decode(archive(wav, {})->bytes, {})->clip.samples.size(), 16'000U);
}

TEST(Archive, TakesFewerBytesThanThePcm) {
  const auto wav =
      encode_sound({SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16'000, 1}, sine(100, 16'000, 5));
  EXPECT_LT(archive(*wav, {})->bytes.size(), wav->size() / 2);
}

TEST(Archive, FailsAsDecodeDoes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::byte> floats(4);
  std::memcpy(floats.data(), &nan, 4);
  EXPECT_EQ(archive({}, {}).error().code, ErrorCode::malformed_audio);
  EXPECT_EQ(archive(floats, {.format = SampleFormat::f32}).error().code,
            ErrorCode::malformed_audio);
  EXPECT_EQ(archive(bytes({0, 0}), {.sample_rate_hz = 1}).error().code,
            ErrorCode::invalid_argument);
  const auto wav =
      encode_sound({SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16'000, 1}, std::vector<float>{0.0F, nan});
  EXPECT_EQ(archive(*wav, {}).error().code, ErrorCode::malformed_audio);
}

TEST(Archive, FailsAsThatWhichItIsWrittenTo) {
  const auto upload = noise_bytes(100'000);
  const std::array<std::pair<std::vector<std::byte>, Declaration>, 3> uploads = {{
      {upload, {}},                                          // to FLAC
      {float_noise(25'000), {.format = SampleFormat::f32}},  // to WAV
      {archive(upload, {})->bytes, {}},                      // as it is
  }};
  for (const auto& [bytes, declared] : uploads) {
    const SourceFormat format = BlockReader::open(bytes, declared)->format();
    std::vector<std::byte> whole;
    const auto media_type = archive(bytes, declared, format, into(whole));
    ASSERT_TRUE(media_type) << media_type.error().message;
    EXPECT_EQ(whole, archive(bytes, declared)->bytes);
    for (const std::size_t room : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      std::vector<std::byte> written;
      const WriteAt into_written = into(written);
      const auto failed = archive(
          bytes, declared, format, [&](std::size_t offset, std::span<const std::byte> more) {
            if (offset + more.size() <= room) return into_written(offset, more);
            return Status(fail(ErrorCode::storage_failure, "the disk is full"));
          });
      ASSERT_FALSE(failed) << *media_type << " with room for " << room;
      EXPECT_EQ(failed.error().code, ErrorCode::storage_failure);
      EXPECT_EQ(failed.error().message, "the disk is full");
    }
  }
}

TEST(UnarchiveToWav, WritesS16WhereTheSourceHadNoMore) {
  EXPECT_EQ(codec_of_wav(
                *unarchive_to_wav(archive(noise_bytes(100), {.format = SampleFormat::u8})->bytes)),
            "s16");
  EXPECT_EQ(codec_of_wav(*unarchive_to_wav(archive(noise_bytes(100), {})->bytes)), "s16");
}

TEST(UnarchiveToWav, KeepsEveryChannel) {
  const auto pcm = noise_bytes(2'000);
  const auto wav = unarchive_to_wav(archive(pcm, {.channels = 2})->bytes);
  ASSERT_EQ(wav->size(), 44 + pcm.size());
  EXPECT_TRUE(std::equal(pcm.begin(), pcm.end(), wav->begin() + 44));
}

TEST(UnarchiveToWav, RefusesWhatIsNoSoundFile) {
  const auto result = unarchive_to_wav(noise_bytes(100));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::malformed_audio);
}

}  // namespace
}  // namespace auscult::audio
