#pragma once

#include <span>
#include <string>
#include <vector>

#include "plot/axes.hpp"

namespace auscult::plot {

struct ConfusionPanel {
  std::string title;
  std::vector<std::string> labels;
  std::vector<std::vector<int>> counts;  ///< [truth][answer]; rows without a count stay blank.
};

/// Matrices of counts, shaded by their share of the row.
std::string confusion_plot(const FigureText& text, std::span<const ConfusionPanel> panels);

}  // namespace auscult::plot
