#include "pictures/bitmap.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace auscult::pictures {
namespace {

constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 7;

/// A character as seven rows of five pixels, the left one in the highest of five bits.
struct Glyph {
  char character;
  std::array<std::uint8_t, kGlyphHeight> rows;
};

constexpr std::array kGlyphs = {
    Glyph{'0', {14, 17, 19, 21, 25, 17, 14}}, Glyph{'1', {4, 12, 4, 4, 4, 4, 14}},
    Glyph{'2', {14, 17, 1, 2, 4, 8, 31}},     Glyph{'3', {31, 2, 4, 2, 1, 17, 14}},
    Glyph{'4', {2, 6, 10, 18, 31, 2, 2}},     Glyph{'5', {31, 16, 30, 1, 1, 17, 14}},
    Glyph{'6', {6, 8, 16, 30, 17, 17, 14}},   Glyph{'7', {31, 1, 2, 4, 8, 8, 8}},
    Glyph{'8', {14, 17, 17, 14, 17, 17, 14}}, Glyph{'9', {14, 17, 17, 15, 1, 2, 12}},
    Glyph{'.', {0, 0, 0, 0, 0, 12, 12}},      Glyph{'-', {0, 0, 0, 31, 0, 0, 0}},
    Glyph{'H', {17, 17, 17, 31, 17, 17, 17}}, Glyph{'z', {0, 0, 31, 2, 4, 8, 31}},
    Glyph{'k', {16, 16, 18, 20, 24, 20, 18}}, Glyph{'s', {0, 0, 14, 16, 14, 1, 30}},
    Glyph{'d', {1, 1, 13, 19, 17, 17, 15}},   Glyph{'B', {30, 17, 17, 30, 17, 17, 30}},
};

}  // namespace

Colour magma(double value) {
  constexpr std::array<std::array<double, 3>, 7> kCoefficients = {{
      {-0.002136485053939582, -0.000749655052795221, -0.005386127855323933},
      {0.2516605407371642, 0.6775232436837668, 2.494026599312351},
      {8.353717279216625, -3.577719514958484, 0.3144679030132573},
      {-27.66873308576866, 14.26473078096533, -13.64921318813922},
      {52.17613981234068, -27.94360607168351, 12.94416944238394},
      {-50.76852536473588, 29.04658282127291, 4.23415299384598},
      {18.65570506591883, -11.48977351997711, -5.601961508734096},
  }};
  value = std::clamp(value, 0.0, 1.0);
  std::array<double, 3> colour{};
  for (std::size_t i = kCoefficients.size(); i-- > 0;) {
    for (std::size_t c = 0; c < 3; ++c) colour[c] = colour[c] * value + kCoefficients[i][c];
  }
  const auto byte = [](double part) {
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(part, 0.0, 1.0)));
  };
  return {byte(colour[0]), byte(colour[1]), byte(colour[2])};
}

Bitmap::Bitmap(int width, int height, Colour background)
    : width_(width),
      height_(height),
      pixels_(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
  fill(0, 0, width, height, background);
}

Colour Bitmap::at(int x, int y) const {
  const std::size_t first = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                                 static_cast<std::size_t>(x));
  return {pixels_[first], pixels_[first + 1], pixels_[first + 2]};
}

void Bitmap::set(int x, int y, Colour colour) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  const std::size_t first = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                                 static_cast<std::size_t>(x));
  pixels_[first] = colour.red;
  pixels_[first + 1] = colour.green;
  pixels_[first + 2] = colour.blue;
}

void Bitmap::fill(int x, int y, int width, int height, Colour colour) {
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) set(column, row, colour);
  }
}

void Bitmap::write(int x, int y, std::string_view text, Colour colour) {
  for (const char character : text) {
    const auto* const glyph =
        std::find_if(kGlyphs.begin(), kGlyphs.end(),
                     [&](const Glyph& candidate) { return candidate.character == character; });
    for (int row = 0; glyph != kGlyphs.end() && row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        const unsigned bit = 1U << static_cast<unsigned>(kGlyphWidth - 1 - column);
        if ((glyph->rows[static_cast<std::size_t>(row)] & bit) != 0) {
          set(x + column, y + row, colour);
        }
      }
    }
    x += kCellWidth;
  }
}

Result<std::vector<std::byte>> Bitmap::png() const {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::byte> file(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = file.size();
  const int written = png_image_write_to_memory(&image, file.data(), &size, /*convert_to_8_bit=*/0,
                                                pixels_.data(), /*row_stride=*/0, nullptr);
  if (written == 0) return fail(ErrorCode::internal, std::string("PNG: ") + image.message);
  file.resize(size);
  return file;
}

}  // namespace auscult::pictures
