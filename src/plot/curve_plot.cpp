#include "plot/curve_plot.hpp"

#include <algorithm>

namespace auscult::plot {
namespace {

constexpr double kPanelWidth = 390;
constexpr double kPanelHeight = 400;
constexpr double kLegendLine = 18;
constexpr double kLegendSize = 12;

Box area_of(const Box& panel) {
  return {.left = panel.left + 52,
          .top = panel.top + 26,
          .width = panel.width - 68,
          .height = panel.height - 78};
}

void draw_legend(Svg& svg, const Box& area, const CurvePanel& panel) {
  double width = 0;
  for (const Series& series : panel.series) {
    width = std::max(width, text_width(series.name, kLegendSize));
  }
  Box box{.left = area.left + 10,
          .top = area.top + 10,
          .width = width + 44,
          .height = kLegendLine * static_cast<double>(panel.series.size()) + 8};
  if (panel.legend == Corner::lower_right) {
    box.left = area.right() - box.width - 10;
    box.top = area.bottom() - box.height - 10;
  }
  svg.rectangle(box, "#ffffff");
  svg.frame(box, {.colour = kFaint, .width = 1, .dashes = {}});
  double y = box.top + 17;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    svg.line({box.left + 8, y - 4}, {box.left + 28, y - 4},
             {.colour = kColours[i], .width = 2.5, .dashes = {}});
    svg.text({box.left + 35, y}, panel.series[i].name, {.size = kLegendSize});
    y += kLegendLine;
  }
}

enum class Chance { drawn, left_out };

std::string curves(const FigureText& text, std::span<const CurvePanel> panels, Chance chance) {
  Sheet sheet(text, panels.size(), kPanelWidth, kPanelHeight);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const CurvePanel& panel = panels[i];
    const Axes axes(area_of(sheet.panel(i)), {0, 1}, {0, panel.y_high});
    axes.draw(sheet.svg(), panel.text);
    if (chance == Chance::drawn) {
      sheet.svg().line(axes.at(0, 0), axes.at(1, 1),
                       {.colour = kGrey, .width = 1, .dashes = "4 4"});
    }
    for (std::size_t k = 0; k < panel.series.size(); ++k) {
      std::vector<Point> points;
      for (const Point& point : panel.series[k].points) {
        points.push_back(axes.at(point.x, std::min(point.y, panel.y_high)));
      }
      sheet.svg().polyline(points, {.colour = kColours[k], .width = 2, .dashes = {}});
    }
    draw_legend(sheet.svg(), axes.area(), panel);
  }
  return sheet.svg().str();
}

}  // namespace

std::string roc_plot(const FigureText& text, std::span<const CurvePanel> panels) {
  return curves(text, panels, Chance::drawn);
}

std::string risk_coverage_plot(const FigureText& text, std::span<const CurvePanel> panels) {
  return curves(text, panels, Chance::left_out);
}

}  // namespace auscult::plot
