#include "plot/svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace auscult::plot {
namespace {

// To a tenth of a pixel.
std::string px(double value) { return written(value, 1); }

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

std::string stroke(const LineStyle& style) {
  std::string text = attribute("stroke", style.colour) + attribute("stroke-width", px(style.width));
  if (!style.dashes.empty()) text += attribute("stroke-dasharray", style.dashes);
  return text;
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title, std::string_view description) {
  body_ = R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + px(width) + "\" height=\"" +
          px(height) + "\" viewBox=\"0 0 " + px(width) + " " + px(height) +
          "\" role=\"img\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', "
          "sans-serif\">\n<title>" +
          escaped(title) + "</title>\n<desc>" + escaped(description) + "</desc>\n";
  body_ += "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#ffffff\"/>\n";
}

void Svg::rectangle(const Box& box, std::string_view fill) {
  body_ += "<rect" + attribute("x", px(box.left)) + attribute("y", px(box.top)) +
           attribute("width", px(box.width)) + attribute("height", px(box.height)) +
           attribute("fill", fill) + "/>\n";
}

void Svg::frame(const Box& box, const LineStyle& style) {
  body_ += "<rect" + attribute("x", px(box.left)) + attribute("y", px(box.top)) +
           attribute("width", px(box.width)) + attribute("height", px(box.height)) +
           attribute("fill", "none") + stroke(style) + "/>\n";
}

void Svg::line(Point from, Point to, const LineStyle& style) {
  body_ += "<line" + attribute("x1", px(from.x)) + attribute("y1", px(from.y)) +
           attribute("x2", px(to.x)) + attribute("y2", px(to.y)) + stroke(style) + "/>\n";
}

void Svg::polyline(std::span<const Point> points, const LineStyle& style) {
  std::string list;
  for (const Point& point : points) {
    if (!list.empty()) list += ' ';
    list += px(point.x) + "," + px(point.y);
  }
  body_ += "<polyline" + attribute("points", list) + attribute("fill", "none") +
           attribute("stroke-linejoin", "round") + stroke(style) + "/>\n";
}

void Svg::circle(Point centre, double radius, std::string_view fill) {
  body_ += "<circle" + attribute("cx", px(centre.x)) + attribute("cy", px(centre.y)) +
           attribute("r", px(radius)) + attribute("fill", fill) + "/>\n";
}

void Svg::text(Point at, std::string_view text, const TextStyle& style) {
  constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
  body_ += "<text" + attribute("x", px(at.x)) + attribute("y", px(at.y)) +
           attribute("font-size", px(style.size)) + attribute("fill", style.colour);
  if (style.anchor != Anchor::start) {
    body_ += attribute("text-anchor", kAnchors[static_cast<std::size_t>(style.anchor)]);
  }
  if (style.weight == Weight::bold) body_ += attribute("font-weight", "bold");
  if (style.turned_degrees != 0) {
    body_ += attribute(
        "transform", "rotate(" + px(style.turned_degrees) + " " + px(at.x) + " " + px(at.y) + ")");
  }
  body_ += ">" + escaped(text) + "</text>\n";
}

double text_width(std::string_view text, double size) {
  const auto letters = std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;  // Starts a UTF-8 character.
  });
  return 0.54 * size * static_cast<double>(letters);
}

std::vector<std::string> wrapped(std::string_view text, double size, double width) {
  std::vector<std::string> lines;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (!lines.empty() && text_width(lines.back() + " " + word, size) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

std::string written(double value, int decimals) {
  std::array<char, 48> buffer{};
  (void)std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
  std::string text = buffer.data();
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace auscult::plot
