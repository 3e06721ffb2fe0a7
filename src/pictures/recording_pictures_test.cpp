#include "pictures/recording_pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <cmath>

#include "audio/sound_test.hpp"
#include "pictures/bitmap.hpp"

namespace auscult::pictures {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

audio::AudioClip tone() { return {audio::sine(100, 4'000, 10, 0.5), 4'000}; }

TEST(SpectrogramPng, IsBrightWhereTheSoundIs) {
  const auto file = spectrogram_png(tone());
  ASSERT_TRUE(file) << file.error().message;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, file->data(), file->size()), 0);
  ASSERT_EQ(image.width, 960U);
  ASSERT_EQ(image.height, 400U);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  // The plot is 360 pixels high from row 12 on; 100 Hz is at log(5) / log(50) of it from below.
  const auto brightness = [&](std::size_t x, std::size_t y) {
    const std::size_t first = 3 * (y * 960 + x);
    return pixels[first] + pixels[first + 1] + pixels[first + 2];
  };
  const auto row =
      static_cast<std::size_t>(12 + std::lround((1 - std::log(5) / std::log(50)) * 359));
  EXPECT_GT(brightness(400, row), 600);
  EXPECT_LT(brightness(400, 20), 60);
}

TEST(SpectrogramPng, OfSilenceOrNothingIsAPictureToo) {
  EXPECT_TRUE(spectrogram_png({std::vector<float>(1'000), 4'000}));
  EXPECT_TRUE(spectrogram_png({{}, 4'000}));
}

TEST(WaveformSvg, ShowsTheHeartSoundsAndTheSeconds) {
  const std::string svg =
      waveform_svg(tone(), {{1.0, 1.5, HeartSound::Kind::s1}, {2.0, 2.25, HeartSound::Kind::s2}});
  EXPECT_THAT(svg, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, AllOf(HasSubstr("<rect class=\"s1\" x=\"96.0\" y=\"0\" width=\"48.0\""),
                         HasSubstr("<rect class=\"s2\" x=\"192.0\""), HasSubstr(">10 s</text>")));
}

TEST(WaveformSvg, OfNothingIsAPictureToo) {
  EXPECT_THAT(waveform_svg({{}, 4'000}, {}), HasSubstr("</svg>"));
}

TEST(TickStepS, GivesFourToTwelveMarks) {
  for (const double duration_s : {0.3, 1.0, 2.2, 10.0, 19.9, 47.0, 300.0, 3'600.0}) {
    const double count = duration_s / tick_step_s(duration_s);
    EXPECT_GE(count, 4) << duration_s;
    EXPECT_LE(count, 12) << duration_s;
  }
  EXPECT_EQ(tick_step_s(0), 1);
  EXPECT_EQ(tick_step_s(10), 2);
}

}  // namespace
}  // namespace auscult::pictures
