#pragma once

#include <span>
#include <string>
#include <vector>

#include "plot/axes.hpp"

namespace auscult::plot {

struct Series {
  std::string name;
  std::vector<Point> points;
};

/// Where the names of the series stand in a panel.
enum class Corner { upper_left, lower_right };

/// Curves that share axes, which begin at 0 and end at 1 in x and at `y_high` in y.
struct CurvePanel {
  AxesText text;
  double y_high = 1;
  std::vector<Series> series;  ///< At most as many as there are kColours.
  Corner legend = Corner::lower_right;
};

/// Receiver operating characteristics with the line of chance.
std::string roc_plot(const FigureText& text, std::span<const CurvePanel> panels);

/// Risk against coverage.
std::string risk_coverage_plot(const FigureText& text, std::span<const CurvePanel> panels);

}  // namespace auscult::plot
