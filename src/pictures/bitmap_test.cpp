#include "pictures/bitmap.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <vector>

namespace auscult::pictures {
namespace {

// matplotlib 3.6, matplotlib.colormaps["magma"]; the polynomial is said to be within a few steps.
TEST(Magma, IsThatOfMatplotlib) {
  struct Case {
    double value = 0;
    Colour expected;
  };
  const std::vector<Case> cases = {{0, {0, 0, 4}},
                                   {0.25, {81, 18, 124}},
                                   {0.5, {183, 55, 121}},
                                   {0.75, {252, 137, 97}},
                                   {1, {252, 253, 191}}};
  for (const auto& [value, expected] : cases) {
    const Colour colour = magma(value);
    EXPECT_NEAR(colour.red, expected.red, 6) << value;
    EXPECT_NEAR(colour.green, expected.green, 6) << value;
    EXPECT_NEAR(colour.blue, expected.blue, 6) << value;
  }
  EXPECT_EQ(magma(-1), magma(0));
  EXPECT_EQ(magma(2), magma(1));
}

TEST(Magma, GrowsLighterAllTheWay) {
  double last = -1;
  for (int i = 0; i <= 20; ++i) {
    const Colour colour = magma(i / 20.0);
    const double lightness = 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue;
    EXPECT_GT(lightness, last) << i;
    last = lightness;
  }
}

TEST(Bitmap, DrawsNothingOutside) {
  Bitmap bitmap(2, 2, {});
  bitmap.fill(-5, -5, 6, 6, {1, 2, 3});
  bitmap.set(2, 0, {9, 9, 9});
  EXPECT_EQ(bitmap.at(0, 0), (Colour{1, 2, 3}));
  EXPECT_EQ(bitmap.at(1, 0), Colour{});
  EXPECT_EQ(bitmap.at(0, 1), Colour{});
}

TEST(Bitmap, WritesWhatItHasLettersFor) {
  Bitmap bitmap(18, 8, {});
  bitmap.write(0, 0, "1?-", {255, 255, 255});
  EXPECT_EQ(bitmap.at(2, 0).red, 255);
  for (int x = 6; x < 12; ++x) EXPECT_EQ(bitmap.at(x, 3).red, 0);
  EXPECT_EQ(bitmap.at(12, 3).red, 255);
}

TEST(Bitmap, IsAPngThatLibpngReadsBackPixelByPixel) {
  Bitmap bitmap(3, 2, {10, 20, 30});
  bitmap.set(2, 1, {200, 100, 50});
  const auto file = bitmap.png();
  ASSERT_TRUE(file) << file.error().message;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, file->data(), file->size()), 0);
  EXPECT_EQ(image.width, 3U);
  EXPECT_EQ(image.height, 2U);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  EXPECT_EQ(pixels[0], 10);
  EXPECT_EQ(pixels[15], 200);
  EXPECT_EQ(pixels[17], 50);
}

}  // namespace
}  // namespace auscult::pictures
