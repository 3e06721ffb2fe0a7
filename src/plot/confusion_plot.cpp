#include "plot/confusion_plot.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace auscult::plot {
namespace {

constexpr double kCell = 56;
constexpr double kLeft = 90;
constexpr double kTop = 46;

// From white to the first of kColours.
std::string shade(double share) {
  constexpr std::array kDark = {0x00, 0x72, 0xb2};
  std::array<char, 8> text{};
  const auto mix = [&](int dark) {
    return static_cast<unsigned>(std::lround(255 + share * (dark - 255)));
  };
  (void)std::snprintf(text.data(), text.size(), "#%02x%02x%02x", mix(kDark[0]), mix(kDark[1]),
                      mix(kDark[2]));
  return text.data();
}

void draw_row(Svg& svg, const ConfusionPanel& panel, std::size_t truth, Point corner) {
  const std::vector<int>& counts = panel.counts[truth];
  const int all = std::accumulate(counts.begin(), counts.end(), 0);
  svg.text({corner.x - 8, corner.y + kCell / 2 + 4}, panel.labels[truth], {.anchor = Anchor::end});
  for (std::size_t answer = 0; answer < counts.size(); ++answer) {
    const Box cell{.left = corner.x + kCell * static_cast<double>(answer),
                   .top = corner.y,
                   .width = kCell,
                   .height = kCell};
    const double share = all == 0 ? 0 : static_cast<double>(counts[answer]) / all;
    svg.rectangle(cell, shade(share));
    svg.frame(cell, {.colour = truth == answer ? kInk : kFaint, .width = 1, .dashes = {}});
    if (all == 0) continue;
    const std::string_view ink = share > 0.5 ? "#ffffff" : kInk;
    const double centre = cell.left + kCell / 2;
    svg.text({centre, cell.top + kCell / 2}, std::to_string(counts[answer]),
             {.size = 15, .anchor = Anchor::middle, .weight = Weight::bold, .colour = ink});
    svg.text({centre, cell.top + kCell / 2 + 16}, written(100 * share, 0) + " %",
             {.size = 11, .anchor = Anchor::middle, .colour = ink});
  }
}

}  // namespace

std::string confusion_plot(const FigureText& text, std::span<const ConfusionPanel> panels) {
  const double side = panels.empty() ? 0 : kCell * static_cast<double>(panels[0].labels.size());
  Sheet sheet(text, panels.size(), side + kLeft + 24, side + kTop + 30);
  Svg& svg = sheet.svg();
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const ConfusionPanel& panel = panels[i];
    const Point corner{sheet.panel(i).left + kLeft, sheet.panel(i).top + kTop};
    svg.text({corner.x + side / 2, corner.y - 30}, panel.title,
             {.size = 13, .anchor = Anchor::middle, .weight = Weight::bold});
    svg.text({corner.x - kLeft + 10, corner.y + side / 2}, "truth",
             {.anchor = Anchor::middle, .colour = kGrey, .turned_degrees = -90});
    svg.text({corner.x + side / 2, corner.y + side + 20}, "answer",
             {.anchor = Anchor::middle, .colour = kGrey});
    for (std::size_t k = 0; k < panel.labels.size(); ++k) {
      const auto row = static_cast<double>(k);
      svg.text({corner.x + kCell * (row + 0.5), corner.y - 8}, panel.labels[k],
               {.size = 10.5, .anchor = Anchor::middle});
      draw_row(svg, panel, k, {corner.x, corner.y + kCell * row});
    }
  }
  return svg.str();
}

}  // namespace auscult::plot
