#include "plot/axes.hpp"

#include <cmath>

namespace auscult::plot {
namespace {

constexpr double kMargin = 20;
constexpr double kTitleHeight = 44;
constexpr double kTitleSize = 17;
constexpr double kCaptionSize = 12;
constexpr double kCaptionLine = 16;
constexpr double kTickSize = 11;
constexpr int kMostSteps = 6;

double sheet_width(std::size_t panels, double panel_width) {
  return 2 * kMargin + panel_width * static_cast<double>(panels);
}

std::vector<std::string> caption_lines(const FigureText& text, double width) {
  return wrapped(text.caption, kCaptionSize, width - 2 * kMargin);
}

}  // namespace

std::vector<double> ticks_of(const Range& range) {
  double step = std::pow(10, std::floor(std::log10((range.high - range.low) / kMostSteps)));
  for (const double factor : {2.0, 2.5, 2.0}) {  // 1, 2, 5, 10 times a power of ten.
    if ((range.high - range.low) / step <= kMostSteps + 1e-9) break;
    step *= factor;
  }
  std::vector<double> ticks;
  const double first = std::ceil(range.low / step - 1e-9);
  const double last = std::floor(range.high / step + 1e-9);
  const auto more = static_cast<int>(last - first);
  for (int i = 0; i <= more; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

void Axes::draw(Svg& svg, const AxesText& text) const {
  const LineStyle grid{.colour = kFaint, .width = 1, .dashes = {}};
  for (const double tick : ticks_of(x_)) {
    svg.line({x(tick), area_.top}, {x(tick), area_.bottom()}, grid);
    svg.text({x(tick), area_.bottom() + 16}, written(tick, 3),
             {.size = kTickSize, .anchor = Anchor::middle});
  }
  for (const double tick : ticks_of(y_)) {
    svg.line({area_.left, y(tick)}, {area_.right(), y(tick)}, grid);
    svg.text({area_.left - 7, y(tick) + 4}, written(tick, 3),
             {.size = kTickSize, .anchor = Anchor::end});
  }
  svg.frame(area_, {.colour = kGrey, .width = 1, .dashes = {}});
  const double centre = area_.left + area_.width / 2;
  svg.text({centre, area_.top - 10}, text.title,
           {.size = 13, .anchor = Anchor::middle, .weight = Weight::bold});
  svg.text({centre, area_.bottom() + 34}, text.x, {.anchor = Anchor::middle});
  svg.text({area_.left - 40, area_.top + area_.height / 2}, text.y,
           {.anchor = Anchor::middle, .turned_degrees = -90});
}

Sheet::Sheet(const FigureText& text, std::size_t panels, double panel_width, double panel_height)
    : panel_width_(panel_width),
      panel_height_(panel_height),
      caption_(caption_lines(text, sheet_width(panels, panel_width))),
      svg_(sheet_width(panels, panel_width),
           kTitleHeight + panel_height + kMargin +
               kCaptionLine * static_cast<double>(caption_.size()),
           text.title, text.caption) {
  svg_.text({kMargin, kTitleHeight - 15}, text.title, {.size = kTitleSize, .weight = Weight::bold});
  double y = kTitleHeight + panel_height + kCaptionLine;
  for (const std::string& line : caption_) {
    svg_.text({kMargin, y}, line, {.size = kCaptionSize, .colour = kGrey});
    y += kCaptionLine;
  }
}

Box Sheet::panel(std::size_t index) const {
  return {.left = kMargin + panel_width_ * static_cast<double>(index),
          .top = kTitleHeight,
          .width = panel_width_,
          .height = panel_height_};
}

}  // namespace auscult::plot
