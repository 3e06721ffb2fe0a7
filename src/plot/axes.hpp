#pragma once

#include <string>
#include <vector>

#include "plot/svg.hpp"

namespace auscult::plot {

struct Range {
  double low = 0;
  double high = 1;
};

/// Round numbers from low to high, two to seven of them.
std::vector<double> ticks_of(const Range& range);

/// What is written around a panel.
struct AxesText {
  std::string title;
  std::string x;
  std::string y;
};

/// A framed panel with linear axes, a grid and numbers.
class Axes {
 public:
  Axes(const Box& area, const Range& x, const Range& y) : area_(area), x_(x), y_(y) {}

  [[nodiscard]] double x(double value) const {
    return area_.left + area_.width * (value - x_.low) / (x_.high - x_.low);
  }
  [[nodiscard]] double y(double value) const {
    return area_.bottom() - area_.height * (value - y_.low) / (y_.high - y_.low);
  }
  [[nodiscard]] Point at(double x_value, double y_value) const { return {x(x_value), y(y_value)}; }
  [[nodiscard]] const Box& area() const { return area_; }

  void draw(Svg& svg, const AxesText& text) const;

 private:
  Box area_;
  Range x_;
  Range y_;
};

/// What every figure says of itself. The caption says what the data are and how many.
struct FigureText {
  std::string title;
  std::string caption;
};

/// A sheet with the title, a row of panels of one size, and the caption below.
class Sheet {
 public:
  Sheet(const FigureText& text, std::size_t panels, double panel_width, double panel_height);

  /// The place of a panel, of the size asked for.
  [[nodiscard]] Box panel(std::size_t index) const;
  Svg& svg() { return svg_; }

 private:
  double panel_width_;
  double panel_height_;
  std::vector<std::string> caption_;
  Svg svg_;
};

}  // namespace auscult::plot
