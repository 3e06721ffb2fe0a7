#include "audio/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include "audio/sound_file.hpp"
#include "audio/sound_test.hpp"
#include "core/limits.hpp"
#include "core/temporary_folder.hpp"

namespace auscult::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kWavOfS16 = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

// Where the fields of a WAV with a 16-byte fmt chunk lie.
constexpr std::size_t kRiffSize = 4;
constexpr std::size_t kCodecTag = 20;
constexpr std::size_t kChannels = 22;
constexpr std::size_t kSampleRate = 24;
constexpr std::size_t kDataSize = 40;
constexpr std::size_t kWavHeader = 44;

std::vector<std::byte> encode_sine(int format, int sample_rate_hz = 16'000, int channels = 1,
                                   double duration_s = 1) {
  std::vector<float> interleaved;
  for (const float sample : sine(100, sample_rate_hz, duration_s)) {
    interleaved.insert(interleaved.end(), static_cast<std::size_t>(channels), sample);
  }
  return *encode_sound({format, sample_rate_hz, channels}, interleaved);
}

std::vector<std::byte> with_u32(std::vector<std::byte> file, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::byte>(value >> (8 * i));
  return file;
}

std::vector<std::byte> with_u16(std::vector<std::byte> file, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 2; ++i) file[at + i] = static_cast<std::byte>(value >> (8 * i));
  return file;
}

std::vector<std::byte> first_bytes(std::vector<std::byte> file, std::size_t size) {
  file.resize(size);
  return file;
}

void expect_failure(std::span<const std::byte> upload, ErrorCode code, std::string_view message,
                    const Declaration& declared = {}) {
  const auto result = decode(upload, declared);
  ASSERT_FALSE(result) << message;
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_THAT(result.error().message, HasSubstr(std::string(message)));
}

TEST(Decode, TakesWhatHasNoHeaderForS16MonoAt16KHz) {
  const auto decoded = decode(bytes({0x00, 0x40, 0x00, 0x80}), {});
  EXPECT_THAT(decoded->clip.samples, ElementsAre(0.5F, -1.0F));
  EXPECT_EQ(decoded->clip.sample_rate_hz, 16'000);
  EXPECT_EQ(decoded->format.container, "pcm");
  EXPECT_EQ(decoded->format.sample_format, "s16");
  EXPECT_EQ(decoded->format.channels, 1);
  EXPECT_EQ(decoded->format.dropped_bytes, 0);
}

TEST(Decode, ReadsRawPcmAsDeclared) {
  const auto decoded =
      decode(bytes({0x40, 0, 0, 0xC0, 0, 0, 0x40, 0, 0, 0, 0, 0}), {.sample_rate_hz = 48'000,
                                                                    .channels = 2,
                                                                    .format = SampleFormat::s24,
                                                                    .byte_order = ByteOrder::big});
  EXPECT_THAT(decoded->clip.samples, ElementsAre(0.0F, 0.25F));
  EXPECT_EQ(decoded->clip.sample_rate_hz, 48'000);
  EXPECT_EQ(decoded->format.sample_format, "s24");
  EXPECT_EQ(decoded->format.channels, 2);
}

TEST(Decode, DropsACutShortFrameOfRawPcmAndCountsIt) {
  const auto decoded = decode(bytes({0, 0, 0, 0, 0, 0, 1}), {.channels = 2});
  EXPECT_EQ(decoded->clip.samples.size(), 1U);
  EXPECT_EQ(decoded->format.dropped_bytes, 3);
}

TEST(Decode, RefusesLessThanOneFrame) {
  expect_failure({}, ErrorCode::malformed_audio, "not one whole frame");
  expect_failure(bytes({1}), ErrorCode::malformed_audio, "1 bytes, but a frame has 2");
}

TEST(Decode, RefusesADeclarationOutOfBounds) {
  const auto pcm = bytes({0, 0});
  for (const int rate : {-1, 0, 3'999, 192'001}) {
    expect_failure(pcm, ErrorCode::invalid_argument, "sample rate is " + std::to_string(rate),
                   {.sample_rate_hz = rate});
  }
  for (const int channels : {-1, 0, 9}) {
    expect_failure(pcm, ErrorCode::invalid_argument, "channels is " + std::to_string(channels),
                   {.channels = channels});
  }
}

TEST(Decode, RefusesMoreThanOneHourOfRawPcm) {
  const std::vector<std::byte> hour(std::size_t{2} * 4'000 * 3'600);
  EXPECT_TRUE(decode(hour, {.sample_rate_hz = 4'000}));
  std::vector<std::byte> longer = hour;
  longer.resize(hour.size() + 2);
  expect_failure(longer, ErrorCode::too_large, "one hour", {.sample_rate_hz = 4'000});
}

TEST(Decode, RefusesMoreSamplesThanTheBound) {
  const std::vector<std::byte> pcm(static_cast<std::size_t>(limits::kMaxDecodedSamples) + 8);
  expect_failure(pcm, ErrorCode::too_large, "samples",
                 {.sample_rate_hz = 192'000, .channels = 8, .format = SampleFormat::u8});
}

// The scale of every integer format is that of decode_pcm(), to the bit.
TEST(Decode, GivesTheSameSamplesForAWavAsForItsPcm) {
  for (const auto& [format, codec] : {std::pair{SampleFormat::u8, SF_FORMAT_PCM_U8},
                                      {SampleFormat::s16, SF_FORMAT_PCM_16},
                                      {SampleFormat::s24, SF_FORMAT_PCM_24},
                                      {SampleFormat::s32, SF_FORMAT_PCM_32}}) {
    for (const int channels : {1, 2, 3, 8}) {
      const PcmLayout layout = {.format = format, .channels = channels};
      const auto pcm = noise_bytes(layout.frame_bytes() * 10'001);
      const auto wav =
          encode_sound({SF_FORMAT_WAV | codec, 44'100, channels}, pcm_words(pcm, layout));
      const auto decoded = decode(*wav, {});
      EXPECT_EQ(decoded->clip.samples, *decode_pcm(pcm, layout));
      EXPECT_EQ(decoded->format.sample_format, to_string(format));
      EXPECT_EQ(decoded->format.channels, channels);
    }
  }
}

TEST(Decode, PassesTheSamplesOfAFloatWavThrough) {
  const std::vector<float> samples = {-2.5F, 0x1p-40F, 0.3F, kMaxFloatMagnitude};
  const auto wav = encode_sound({SF_FORMAT_WAV | SF_FORMAT_FLOAT, 4'000, 1}, samples);
  EXPECT_EQ(decode(*wav, {})->clip, (AudioClip{samples, 4'000}));
}

struct Lossless {
  int format;
  std::string_view container;
  std::string_view codec;
};

TEST(Decode, BelievesAHeaderOverTheDeclaration) {
  const Declaration wrong = {.sample_rate_hz = 44'100,
                             .channels = 2,
                             .format = SampleFormat::f32,
                             .byte_order = ByteOrder::big};
  const AudioClip expected = decode(encode_sine(kWavOfS16), {})->clip;
  for (const auto& [format, container, codec] :
       {Lossless{kWavOfS16, "wav", "s16"},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_24, "wav", "s24"},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_32, "wav", "s32"},
        {SF_FORMAT_WAV | SF_FORMAT_FLOAT, "wav", "f32"},
        {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, "wav", "f64"},
        {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, "wav", "s16"},
        {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, "wav", "s16"},
        {SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, "wav", "s16"},
        {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, "flac", "s16"},
        {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "flac", "s24"}}) {
    const auto decoded = decode(encode_sine(format), wrong);
    ASSERT_TRUE(decoded) << container << codec << decoded.error().message;
    EXPECT_EQ(decoded->format.container, container);
    EXPECT_EQ(decoded->format.sample_format, codec);
    EXPECT_EQ(decoded->clip.sample_rate_hz, 16'000);
    ASSERT_EQ(decoded->clip.samples.size(), expected.samples.size());
    for (std::size_t i = 0; i < expected.samples.size(); ++i) {
      ASSERT_NEAR(decoded->clip.samples[i], expected.samples[i], 1.0 / 32'768) << codec;
    }
  }
}

// Tolerances of a sine of amplitude 0.5. Opus and GSM are made for speech and turn 100 Hz in phase.
struct Lossy {
  int format;
  std::string_view container;
  std::string_view codec;
  double tolerance;
};

TEST(Decode, ReadsLossyCodecs) {
  for (const auto& [format, container, codec, tolerance] :
       {Lossy{SF_FORMAT_WAV | SF_FORMAT_ULAW, "wav", "ulaw", 0.02},
        {SF_FORMAT_WAV | SF_FORMAT_ALAW, "wav", "alaw", 0.02},
        {SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, "wav", "ima_adpcm", 0.02},
        {SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, "wav", "ms_adpcm", 0.02},
        {SF_FORMAT_WAV | SF_FORMAT_GSM610, "wav", "gsm610", 0.15},
        {SF_FORMAT_OGG | SF_FORMAT_VORBIS, "ogg", "vorbis", 0.03},
        {SF_FORMAT_OGG | SF_FORMAT_OPUS, "ogg", "opus", 0.3}}) {
    const auto decoded = decode(encode_sine(format), {});
    ASSERT_TRUE(decoded) << codec << decoded.error().message;
    EXPECT_EQ(decoded->format.container, container);
    EXPECT_EQ(decoded->format.sample_format, codec);
    const std::vector<float> expected = sine(100, 16'000, 1);
    ASSERT_GE(decoded->clip.samples.size(), expected.size()) << codec;
    for (std::size_t i = 1'000; i + 1'000 < expected.size(); ++i) {
      ASSERT_NEAR(decoded->clip.samples[i], expected[i], tolerance) << codec;
    }
  }
}

TEST(Decode, ReadsMp3WithAndWithoutAnId3Tag) {
  const auto encoded =
      encode_sound({SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16'000, 1}, sine(100, 16'000, 1));
  if (!encoded) GTEST_SKIP() << "this libsndfile is built without an MP3 encoder";
  auto tagged = bytes({'I', 'D', '3', 4, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  tagged.insert(tagged.end(), encoded->begin(), encoded->end());
  for (const auto& file : {*encoded, tagged}) {
    const auto decoded = decode(file, {});
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->format.container, "mp3");
    EXPECT_EQ(decoded->format.sample_format, "mp3");
    EXPECT_EQ(decoded->clip.sample_rate_hz, 16'000);
    EXPECT_NEAR(decoded->clip.duration_s(), 1, 0.1);
    EXPECT_NEAR(std::ranges::max(decoded->clip.samples), 0.5, 0.03);
  }
}

// As the PhysioNet/CinC 2016 recordings are; raw PCM must be declared with 4 kHz or more.
TEST(Decode, ReadsAFileOf2KHz) {
  EXPECT_EQ(decode(encode_sine(kWavOfS16, 2'000), {})->clip.sample_rate_hz, 2'000);
}

TEST(Decode, ReadsAStreamedWavToItsEnd) {
  const auto wav = encode_sine(kWavOfS16);
  const AudioClip expected = decode(wav, {})->clip;
  for (const std::uint32_t riff_size : {0U, 36U, 0xFFFFFFFFU}) {
    for (const std::uint32_t data_size : {0U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
      const auto decoded =
          decode(with_u32(with_u32(wav, kRiffSize, riff_size), kDataSize, data_size), {});
      ASSERT_TRUE(decoded) << riff_size << ", " << data_size;
      EXPECT_EQ(decoded->clip, expected) << riff_size << ", " << data_size;
    }
  }
}

TEST(Decode, GivesWhatATruncatedFileHolds) {
  const auto wav = encode_sine(kWavOfS16);
  const auto part = decode(first_bytes(wav, kWavHeader + 2'001), {});
  ASSERT_TRUE(part);
  const std::vector<float> whole = decode(wav, {})->clip.samples;
  EXPECT_EQ(part->clip.samples, std::vector<float>(whole.begin(), whole.begin() + 1'000));

  for (const int format : {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    const auto file = encode_sine(format, 16'000, 1, 20);
    const auto half = decode(first_bytes(file, file.size() / 2), {});
    ASSERT_TRUE(half) << half.error().message;
    EXPECT_GT(half->clip.duration_s(), 5);
    EXPECT_LT(half->clip.duration_s(), 15);
  }
}

// libFLAC would put silence in place of the damaged frame.
TEST(Decode, RefusesAFileWithAHole) {
  const auto flac = encode_sine(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16'000, 1, 5);
  int refused = 0;
  for (std::size_t at = 1'000; at < flac.size(); at += 500) {
    auto damaged = flac;
    damaged[at] ^= std::byte{0x55};
    const auto result = decode(damaged, {});
    if (result) {
      // Cut short at the damage, as a truncated file is.
      EXPECT_LT(result->clip.samples.size(), 80'000U) << at;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::malformed_audio);
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(Decode, IgnoresATagBehindTheSound) {
  const auto flac = encode_sine(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16'000, 1, 5);
  auto tagged = flac;
  tagged.insert(tagged.end(), 128, std::byte{'T'});
  const auto decoded = decode(tagged, {});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->clip, decode(flac, {})->clip);
}

TEST(Decode, RefusesAFileWithoutASample) {
  const auto wav = encode_sine(kWavOfS16);
  const auto empty = with_u32(first_bytes(wav, kWavHeader), kRiffSize, kWavHeader - 8);
  expect_failure(with_u32(empty, kDataSize, 0), ErrorCode::malformed_audio, "not one whole frame");
  expect_failure(first_bytes(wav, kWavHeader + 1), ErrorCode::malformed_audio,
                 "not one whole frame");
}

TEST(Decode, RefusesAHeaderThatIsCutOff) {
  const auto wav = encode_sine(kWavOfS16);
  const auto flac = encode_sine(SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const auto ogg = encode_sine(SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  for (std::size_t size = 12; size < kWavHeader; ++size) {
    EXPECT_FALSE(decode(first_bytes(wav, size), {})) << size;
  }
  expect_failure(first_bytes(wav, 30), ErrorCode::malformed_audio, "header of this wav file");
  expect_failure(first_bytes(flac, 20), ErrorCode::malformed_audio, "header of this flac file");
  // Under LeakSanitizer this holds has_ogg_headers(): libsndfile would leak over each of these.
  for (std::size_t size = 64; size < 3'000; size += 100) {
    expect_failure(first_bytes(ogg, size), ErrorCode::malformed_audio, "header of this ogg file");
  }
}

TEST(Decode, RefusesAbsurdHeaders) {
  const auto wav = encode_sine(kWavOfS16);
  for (const std::uint32_t rate : {1U, 999U, 192'001U, 0x7FFFFFFFU}) {
    expect_failure(with_u32(wav, kSampleRate, rate), ErrorCode::invalid_argument,
                   std::to_string(rate) + " Hz");
  }
  expect_failure(with_u32(wav, kSampleRate, 0), ErrorCode::malformed_audio, "damaged");
  expect_failure(with_u16(wav, kChannels, 9), ErrorCode::invalid_argument, "channels is 9");
  expect_failure(with_u16(wav, kChannels, 0), ErrorCode::malformed_audio, "damaged");
  expect_failure(with_u16(wav, kChannels, 0xFFFF), ErrorCode::malformed_audio, "damaged");
}

// 2^36 - 1 samples in the STREAMINFO block: 256 GB as floats.
TEST(Decode, DoesNotBelieveAFlacsClaimOfItsLength) {
  auto flac = encode_sine(SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const AudioClip expected = decode(flac, {})->clip;
  flac[21] |= std::byte{0x0F};
  std::fill_n(flac.begin() + 22, 4, std::byte{0xFF});
  EXPECT_EQ(decode(flac, {})->clip, expected);
}

TEST(Decode, StopsADecompressionBombAtTheLimit) {
  const std::vector<std::int32_t> silence(std::size_t{4'000} * 3'601);
  const auto flac = encode_sound({SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 4'000, 1}, silence);
  ASSERT_LT(flac->size(), 200'000U);
  expect_failure(*flac, ErrorCode::too_large, "one hour");
}

TEST(Decode, RefusesAFloatFileWithANumberThatIsNone) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    std::vector<float> samples(20'000);
    samples[15'000] = bad;
    const auto wav = encode_sound({SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16'000, 1}, samples);
    expect_failure(*wav, ErrorCode::malformed_audio, "not finite");
  }
}

TEST(Decode, RefusesAnUnknownCodecByName) {
  expect_failure(with_u16(encode_sine(kWavOfS16), kCodecTag, 0x0161), ErrorCode::unsupported_format,
                 "WAV with");
  auto ogg = encode_sine(SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  // The first packet follows a page header of 28 bytes: its type and "vorbis".
  std::fill_n(ogg.begin() + 29, 6, std::byte{'?'});
  expect_failure(ogg, ErrorCode::unsupported_format, "Ogg with");
  expect_failure(bytes({0, 0, 0, 24, 'f', 't', 'y', 'p', 'M', '4', 'A', ' '}),
                 ErrorCode::unsupported_format, "MP4");
}

TEST(Decode, CountsSamplesBeforeItMakesThem) {
  constexpr std::size_t kSamples = 16'000;
  MemoryBudget budget(5 * kSamples);
  MemoryBudget::Lease raw(budget);
  ASSERT_TRUE(decode(noise_bytes(2 * kSamples), {}, &raw));
  EXPECT_EQ(budget.left(), kSamples);
  MemoryBudget::Lease other(budget);
  EXPECT_EQ(decode(noise_bytes(2 * kSamples), {}, &other).error().code, ErrorCode::unavailable);
  raw.give_back(5 * kSamples);
  // A file's samples grow in a vector, which holds them twice at the worst moment.
  EXPECT_EQ(decode(encode_sine(kWavOfS16), {}, &other).error().code, ErrorCode::too_large);
}

TEST(Decode, HoldsNoMoreThanItsSamplesInTheEnd) {
  MemoryBudget budget(1'000'000);
  MemoryBudget::Lease lease(budget);
  ASSERT_TRUE(decode(encode_sine(kWavOfS16), {}, &lease));
  EXPECT_EQ(budget.left(), 1'000'000U - 64'000U);
}

TEST(DecodeFile, ReadsAFileFromDisk) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "sine.wav").string();
  const auto wav = encode_sine(kWavOfS16);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(wav.data()), static_cast<std::streamsize>(wav.size()));
  EXPECT_EQ(decode_file(path, {})->clip, decode(wav, {})->clip);
}

TEST(DecodeFile, SaysWhichFileCannotBeRead) {
  for (const std::string path : {"no/such/file.wav", "/"}) {
    const auto result = decode_file(path, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::not_found);
    EXPECT_THAT(result.error().message, HasSubstr(path));
  }
}

}  // namespace
}  // namespace auscult::audio
