#include "plot.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "core/environment.hpp"
#include "pictures/envelope.hpp"
#include "pictures/recording_pictures.hpp"

namespace auscult::cli {
namespace {

constexpr int kDefaultColumns = 80;
constexpr int kFewestColumns = 40;
constexpr int kMostColumns = 400;
constexpr int kLabelColumns = 11;
constexpr int kPercentColumns = 6;
constexpr int kRows = 4;  // Above the middle, and as many below.

// Eighths of a cell, from below.
constexpr std::array<std::string_view, 9> kEighths = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

constexpr std::string_view kWaveColour = "\033[36m";
constexpr std::string_view kClassColour = "\033[1;35m";
constexpr std::string_view kPlain = "\033[0m";

std::string padded(std::string text, int columns) {
  text.resize(static_cast<std::size_t>(columns), ' ');
  return text;
}

std::string number(double value, const char* format) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

int eighths(double share) { return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * 8)); }

/// A row of the waveform's upper half; its lower half is the same upside down, which has no eighths
/// of its own but in reverse video, so that only halves of a cell are used there.
std::string upper_row(const std::vector<pictures::Extent>& extents, float largest, int row) {
  std::string line;
  for (const pictures::Extent& extent : extents) {
    const double height = kRows * static_cast<double>(std::max(0.0F, extent.high) / largest);
    line += kEighths[static_cast<std::size_t>(eighths(height - (kRows - 1 - row)))];
  }
  return line;
}

std::string lower_row(const std::vector<pictures::Extent>& extents, float largest, int row) {
  std::string line;
  for (const pictures::Extent& extent : extents) {
    const double depth = kRows * static_cast<double>(std::max(0.0F, -extent.low) / largest) - row;
    line += depth >= 0.75 ? "█" : depth >= 0.25 ? "▀" : " ";
  }
  return line;
}

/// "1" and "2" where S1 and S2 begin.
std::string beat_row(const std::vector<HeartSound>& beats, double duration_s, int columns) {
  std::string line(static_cast<std::size_t>(columns), ' ');
  for (const HeartSound& beat : beats) {
    const auto column = static_cast<std::size_t>(beat.start_s / duration_s * columns);
    if (column < line.size()) line[column] = beat.kind == HeartSound::Kind::s1 ? '1' : '2';
  }
  return line;
}

std::string time_row(double duration_s, int columns) {
  std::string line(static_cast<std::size_t>(columns), ' ');
  const double step = pictures::tick_step_s(duration_s);
  for (int i = 0; i * step < duration_s; ++i) {
    const std::string text = number(i * step, step < 1 ? "%.1f" : "%.0f") + (i == 0 ? " s" : "");
    const auto column = static_cast<std::size_t>(i * step / duration_s * columns);
    if (column + text.size() <= line.size()) line.replace(column, text.size(), text);
  }
  return line;
}

/// The probability of a class at each column: the mean of the windows that reach there.
std::string probability_row(const std::vector<Window>& windows, std::size_t label,
                            double duration_s, int columns) {
  std::string line;
  for (int column = 0; column < columns; ++column) {
    const double time_s = (column + 0.5) * duration_s / columns;
    double sum = 0;
    int count = 0;
    for (const Window& window : windows) {
      if (time_s < window.start_s || time_s >= window.end_s) continue;
      sum += window.probabilities[label];
      ++count;
    }
    line += kEighths[static_cast<std::size_t>(count == 0 ? 0 : eighths(sum / count))];
  }
  return line;
}

}  // namespace

int terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  int columns = 0;
  if (const std::optional<std::string> text = environment("COLUMNS")) {
    std::from_chars(text->data(), text->data() + text->size(), columns);
  }
  return columns > 0 ? columns : kDefaultColumns;
}

std::string plot(const audio::AudioClip& clip, const Classification& result, PlotStyle style) {
  const int columns =
      std::clamp(style.columns, kFewestColumns, kMostColumns) - kLabelColumns - kPercentColumns;
  const double duration_s = clip.duration_s();
  const std::vector<pictures::Extent> extents =
      pictures::envelope(clip, static_cast<std::size_t>(columns));
  const float largest = pictures::peak(extents);
  const std::string margin(kLabelColumns, ' ');
  const auto coloured = [&](std::string_view colour, const std::string& text) {
    return style.colour ? std::string(colour) + text + std::string(kPlain) : text;
  };

  std::string drawing;
  for (int row = 0; row < kRows; ++row) {
    drawing += margin + coloured(kWaveColour, upper_row(extents, largest, row)) + '\n';
  }
  for (int row = 0; row < kRows; ++row) {
    drawing += margin + coloured(kWaveColour, lower_row(extents, largest, row)) + '\n';
  }
  if (!result.beats.empty()) {
    drawing += padded("S1, S2", kLabelColumns) + beat_row(result.beats, duration_s, columns) + '\n';
  }
  for (std::size_t i = 0; i < result.labels.size(); ++i) {
    const std::string line = padded(result.labels[i].substr(0, kLabelColumns - 1), kLabelColumns) +
                             probability_row(result.windows, i, duration_s, columns) +
                             number(100 * result.probabilities[i], "%4.0f %%");
    const bool chosen = static_cast<int>(i) == result.class_index;
    drawing += (chosen ? coloured(kClassColour, line) : line) + '\n';
  }
  return drawing + margin + time_row(duration_s, columns) + '\n';
}

}  // namespace auscult::cli
