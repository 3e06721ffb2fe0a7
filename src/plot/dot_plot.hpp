#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plot/axes.hpp"

namespace auscult::plot {

struct DotRow {
  std::string name;
  double value = 0;
  std::optional<Range> interval;
  std::string note;  ///< How many, say; written on the right.
};

struct DotSection {
  std::string heading;
  std::vector<DotRow> rows;
};

/// Figures as dots with their intervals as whiskers, one a row, all on one axis with `x_title`.
/// `mark` is a value to compare with, such as chance; drawn dashed if it lies on the axis.
std::string dot_plot(const FigureText& text, const std::string& x_title, const Range& x,
                     double mark, std::span<const DotSection> sections);

}  // namespace auscult::plot
