#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Figures as SVG text. Lengths are in pixels, x to the right and y down; any thread.
namespace auscult::plot {

struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  [[nodiscard]] double right() const { return left + width; }
  [[nodiscard]] double bottom() const { return top + height; }
};

inline constexpr std::string_view kInk = "#1f2933";   ///< Text and frames.
inline constexpr std::string_view kGrey = "#5f6b76";  ///< What is said beside the point.
inline constexpr std::string_view kFaint = "#dfe3e8";
/// Told apart by the colour-blind too (Okabe and Ito 2008).
inline constexpr std::array<std::string_view, 6> kColours = {"#0072b2", "#d55e00", "#009e73",
                                                             "#cc79a7", "#e69f00", "#56b4e9"};

struct LineStyle {
  std::string_view colour = kInk;
  double width = 1;
  std::string_view dashes;  ///< As in SVG, "4 3"; empty is a whole line.
};

enum class Anchor { start, middle, end };
enum class Weight { normal, bold };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::start;
  Weight weight = Weight::normal;
  std::string_view colour = kInk;
  double turned_degrees = 0;  ///< Clockwise, about its point.
};

/// A drawing on a white sheet, which stays readable on a page of any colour. Text may hold any
/// characters.
class Svg {
 public:
  /// `title` and `description` are what a screen reader says.
  Svg(double width, double height, std::string_view title, std::string_view description);

  void rectangle(const Box& box, std::string_view fill);
  void frame(const Box& box, const LineStyle& style);
  void line(Point from, Point to, const LineStyle& style);
  void polyline(std::span<const Point> points, const LineStyle& style);
  void circle(Point centre, double radius, std::string_view fill);
  void text(Point at, std::string_view text, const TextStyle& style);

  /// The whole file.
  [[nodiscard]] std::string str() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

/// How wide a text is about, in a sans-serif font.
double text_width(std::string_view text, double size);

/// Breaks a text between words into lines no wider than `width`.
std::vector<std::string> wrapped(std::string_view text, double size, double width);

/// A number with at most so many decimals and no zeros behind them.
std::string written(double value, int decimals);

}  // namespace auscult::plot
