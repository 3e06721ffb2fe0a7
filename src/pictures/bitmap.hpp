#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::pictures {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

/// The colour map magma (van der Walt and Smith, matplotlib 1.5) at 0 (black) to 1 (light yellow),
/// by the published polynomial of degree six (Zucker 2019, shadertoy.com/view/WlfXRN): lightness
/// grows evenly, so that equal steps in level look equal, also to those who confuse colours.
Colour magma(double value);

/// A picture of 24 bits a pixel. Coordinates from the upper left corner; what lies outside is not
/// drawn.
class Bitmap {
 public:
  Bitmap(int width, int height, Colour background);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] Colour at(int x, int y) const;
  void set(int x, int y, Colour colour);
  void fill(int x, int y, int width, int height, Colour colour);

  /// Writes digits, `.`, `-`, space and the letters of Hz, kHz, s and dB, in cells of 6 by 8 pixels
  /// from the upper left corner given; any other character is left out.
  void write(int x, int y, std::string_view text, Colour colour);
  static constexpr int kCellWidth = 6;
  static constexpr int kCellHeight = 8;

  /// As a PNG file (ISO/IEC 15948). Fails with internal if there is no memory for it.
  [[nodiscard]] Result<std::vector<std::byte>> png() const;

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> pixels_;  ///< Rows of red, green, blue.
};

}  // namespace auscult::pictures
