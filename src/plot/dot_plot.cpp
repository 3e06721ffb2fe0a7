#include "plot/dot_plot.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace auscult::plot {
namespace {

constexpr double kNames = 250;
constexpr double kAxis = 380;
constexpr double kNumbers = 270;
constexpr double kRow = 22;
constexpr double kTop = 8;
constexpr double kBottom = 48;

std::string number(double value) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

}  // namespace

std::string dot_plot(const FigureText& text, const std::string& x_title, const Range& x,
                     double mark, std::span<const DotSection> sections) {
  double height = 0;
  for (const DotSection& section : sections) {
    height += kRow * static_cast<double>(section.rows.size() + 1);
  }
  Sheet sheet(text, 1, kNames + kAxis + kNumbers, kTop + height + kBottom);
  Svg& svg = sheet.svg();
  const Box place = sheet.panel(0);
  const Box area{
      .left = place.left + kNames, .top = place.top + kTop, .width = kAxis, .height = height};
  const Axes axes(area, x, {0, 1});
  for (const double tick : ticks_of(x)) {
    svg.line({axes.x(tick), area.top}, {axes.x(tick), area.bottom()},
             {.colour = kFaint, .width = 1, .dashes = {}});
    svg.text({axes.x(tick), area.bottom() + 16}, written(tick, 3),
             {.size = 11, .anchor = Anchor::middle});
  }
  if (mark >= x.low && mark <= x.high) {
    svg.line({axes.x(mark), area.top}, {axes.x(mark), area.bottom()},
             {.colour = kGrey, .width = 1, .dashes = "4 4"});
  }
  svg.line({area.left, area.bottom()}, {area.right(), area.bottom()},
           {.colour = kGrey, .width = 1, .dashes = {}});
  svg.text({area.left + area.width / 2, area.bottom() + 34}, x_title, {.anchor = Anchor::middle});

  double y = area.top + kRow / 2;
  for (std::size_t k = 0; k < sections.size(); ++k) {
    const std::string_view colour = kColours[k % kColours.size()];
    svg.text({place.left, y + 4}, sections[k].heading, {.weight = Weight::bold});
    y += kRow;
    for (const DotRow& row : sections[k].rows) {
      svg.text({area.left - 14, y + 4}, row.name, {.anchor = Anchor::end});
      std::string figure = number(row.value);
      if (row.interval) {
        const double low = std::max(row.interval->low, x.low);
        const double high = std::min(row.interval->high, x.high);
        svg.line({axes.x(low), y}, {axes.x(high), y}, {.colour = colour, .width = 2, .dashes = {}});
        for (const double end : {low, high}) {
          svg.line({axes.x(end), y - 4}, {axes.x(end), y + 4},
                   {.colour = colour, .width = 2, .dashes = {}});
        }
        figure += " (" + number(row.interval->low) + "\u2013" + number(row.interval->high) + ")";
      }
      svg.circle({axes.x(std::clamp(row.value, x.low, x.high)), y}, 4.5, colour);
      svg.text({area.right() + 14, y + 4}, figure, {});
      svg.text({area.right() + kNumbers, y + 4}, row.note,
               {.size = 11, .anchor = Anchor::end, .colour = kGrey});
      y += kRow;
    }
  }
  return svg.str();
}

}  // namespace auscult::plot
