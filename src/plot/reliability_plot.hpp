#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plot/axes.hpp"

namespace auscult::plot {

/// Answers whose confidence lies between low and high.
struct ReliabilityBar {
  double low = 0;
  double high = 0;
  std::size_t count = 0;
  double confidence = 0;  ///< The mean.
  double accuracy = 0;
};

struct ReliabilityPanel {
  std::string title;
  std::vector<ReliabilityBar> bars;
};

/// The share of answers that is right against their confidence, with 95 % Wilson intervals, and
/// below how many answers there are of each confidence. On the dashed line, a confidence means what
/// it says.
std::string reliability_plot(const FigureText& text, std::span<const ReliabilityPanel> panels);

/// 95 % interval of a share seen in `count` independent trials (Wilson 1927).
Range wilson_interval(double share, std::size_t count);

}  // namespace auscult::plot
