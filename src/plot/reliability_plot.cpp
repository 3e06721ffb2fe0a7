#include "plot/reliability_plot.hpp"

#include <algorithm>
#include <cmath>

namespace auscult::plot {
namespace {

constexpr double kPanelWidth = 330;
constexpr double kPanelHeight = 420;
constexpr double kCountsHeight = 56;

// Only the leftmost panel names its y axes.
enum class Side { leftmost, inner };

void draw_panel(Svg& svg, const Box& place, const ReliabilityPanel& panel, Side side) {
  const bool first = side == Side::leftmost;
  const Box area{.left = place.left + 52,
                 .top = place.top + 26,
                 .width = place.width - 68,
                 .height = place.width - 68};
  const Axes axes(area, {0, 1}, {0, 1});
  axes.draw(svg,
            {.title = panel.title, .x = "", .y = first ? "share of answers that is right" : ""});
  svg.line(axes.at(0, 0), axes.at(1, 1), {.colour = kGrey, .width = 1, .dashes = "4 4"});

  std::size_t most = 1;
  std::vector<Point> points;
  for (const ReliabilityBar& bar : panel.bars) {
    most = std::max(most, bar.count);
    if (bar.count == 0) continue;
    const Range interval = wilson_interval(bar.accuracy, bar.count);
    svg.line(axes.at(bar.confidence, interval.low), axes.at(bar.confidence, interval.high),
             {.colour = kColours[5], .width = 1.5, .dashes = {}});
    points.push_back(axes.at(bar.confidence, bar.accuracy));
  }
  svg.polyline(points, {.colour = kColours[0], .width = 1.5, .dashes = {}});
  for (const Point& point : points) svg.circle(point, 4, kColours[0]);

  const double base = area.bottom() + 30 + kCountsHeight;
  for (const ReliabilityBar& bar : panel.bars) {
    const double height =
        kCountsHeight * static_cast<double>(bar.count) / static_cast<double>(most);
    svg.rectangle({.left = axes.x(bar.low) + 1,
                   .top = base - height,
                   .width = axes.x(bar.high) - axes.x(bar.low) - 2,
                   .height = height},
                  kColours[5]);
  }
  svg.line({area.left, base}, {area.right(), base}, {.colour = kGrey, .width = 1, .dashes = {}});
  svg.text({area.left - 7, base - kCountsHeight + 9}, std::to_string(most),
           {.size = 11, .anchor = Anchor::end});
  svg.text({area.left - 7, base + 1}, "0", {.size = 11, .anchor = Anchor::end});
  if (first) {
    svg.text({area.left - 40, base - kCountsHeight / 2}, "answers",
             {.anchor = Anchor::middle, .turned_degrees = -90});
  }
  svg.text({area.left + area.width / 2, base + 22}, "confidence (probability of the class)",
           {.anchor = Anchor::middle});
}

}  // namespace

std::string reliability_plot(const FigureText& text, std::span<const ReliabilityPanel> panels) {
  Sheet sheet(text, panels.size(), kPanelWidth, kPanelHeight);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    draw_panel(sheet.svg(), sheet.panel(i), panels[i], i == 0 ? Side::leftmost : Side::inner);
  }
  return sheet.svg().str();
}

Range wilson_interval(double share, std::size_t count) {
  constexpr double kZ = 1.959964;
  const auto n = static_cast<double>(count);
  const double middle = (share + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half =
      kZ / (1 + kZ * kZ / n) * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  return {middle - half, middle + half};
}

}  // namespace auscult::plot
