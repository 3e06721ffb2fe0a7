#include "pictures/recording_pictures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "pictures/bitmap.hpp"
#include "pictures/envelope.hpp"
#include "pictures/spectrogram.hpp"

namespace auscult::pictures {
namespace {

constexpr int kWidth = 960;
constexpr int kHeight = 400;
constexpr int kLeft = 56;
constexpr int kRight = 72;  // Of it 12 for the scale of levels.
constexpr int kTop = 12;
constexpr int kBottom = 28;
constexpr double kRangeDb = 60;
constexpr Colour kPaper{250, 250, 250};
constexpr Colour kInk{60, 60, 60};

constexpr int kSvgWidth = 960;
constexpr int kSvgHeight = 200;
constexpr int kSvgAxis = 24;

std::string number(double value, const char* format) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string seconds_text(double value, double step) {
  return number(value, step < 0.1 ? "%.2f" : step < 1 ? "%.1f" : "%.0f") + " s";
}

/// The marks of an axis from 0 to `duration_s`.
std::vector<double> ticks(double duration_s) {
  std::vector<double> found;
  const double step = tick_step_s(duration_s);
  for (int i = 0; i * step <= duration_s && found.size() < 100; ++i) found.push_back(i * step);
  return found;
}

void draw_frequencies(Bitmap& bitmap, int height) {
  constexpr std::array<std::pair<double, const char*>, 6> kMarks = {{{20, "20 Hz"},
                                                                     {50, "50 Hz"},
                                                                     {100, "100 Hz"},
                                                                     {200, "200 Hz"},
                                                                     {500, "500 Hz"},
                                                                     {1'000, "1 kHz"}}};
  for (const auto& [frequency_hz, text] : kMarks) {
    const double share = std::log(frequency_hz / kLowHz) / std::log(kHighHz / kLowHz);
    const int y = kTop + static_cast<int>(std::lround((1 - share) * (height - 1)));
    bitmap.fill(kLeft - 5, y, 5, 1, kInk);
    const int width = Bitmap::kCellWidth * static_cast<int>(std::string_view(text).size());
    bitmap.write(kLeft - 8 - width, y - Bitmap::kCellHeight / 2, text, kInk);
  }
}

void draw_levels(Bitmap& bitmap, int height, float loudest) {
  const int x = kWidth - kRight + 12;
  for (int y = 0; y < height; ++y) {
    bitmap.fill(x, kTop + y, 12, 1, magma(1 - static_cast<double>(y) / (height - 1)));
  }
  for (int step = 0; step <= 3; ++step) {
    const int y = kTop + step * (height - 1) / 3;
    const double level = static_cast<double>(loudest) - kRangeDb * step / 3;
    bitmap.write(x + 16,
                 y - (step == 0   ? 0
                      : step == 3 ? 7
                                  : 4),
                 number(level, "%.0f") + "dB", kInk);
  }
}

}  // namespace

double tick_step_s(double duration_s) {
  if (!(duration_s > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(duration_s / 4)));
  for (const double factor : {5.0, 2.0}) {
    if (duration_s / (factor * power) >= 4) return factor * power;
  }
  return power;
}

Result<std::vector<std::byte>> spectrogram_png(const audio::AudioClip& clip) {
  const int width = kWidth - kLeft - kRight;
  const int height = kHeight - kTop - kBottom;
  const Spectrogram picture =
      spectrogram(clip, static_cast<std::size_t>(width), static_cast<std::size_t>(height));
  const float loudest = *std::max_element(picture.dbfs.begin(), picture.dbfs.end());

  Bitmap bitmap(kWidth, kHeight, kPaper);
  for (int x = 0; x < width; ++x) {
    for (int y = 0; y < height; ++y) {
      const float level =
          picture.at(static_cast<std::size_t>(x), static_cast<std::size_t>(height - 1 - y));
      // Whole decibels: nobody sees the difference, and the file is half as large.
      const double below_db = std::round(static_cast<double>(loudest - level));
      bitmap.set(kLeft + x, kTop + y, magma(1 - below_db / kRangeDb));
    }
  }
  draw_frequencies(bitmap, height);
  draw_levels(bitmap, height, loudest);
  const double duration_s = clip.samples.empty() ? 0 : clip.duration_s();
  for (const double tick : ticks(duration_s)) {
    const int x = kLeft + (duration_s > 0 ? static_cast<int>(tick / duration_s * (width - 1)) : 0);
    bitmap.fill(x, kTop + height, 1, 5, kInk);
    const std::string text = seconds_text(tick, tick_step_s(duration_s));
    bitmap.write(x - Bitmap::kCellWidth * static_cast<int>(text.size()) / 2, kTop + height + 9,
                 text, kInk);
  }
  return bitmap.png();
}

std::string waveform_svg(const audio::AudioClip& clip, const std::vector<HeartSound>& beats) {
  const double duration_s = clip.samples.empty() ? 0 : clip.duration_s();
  const std::vector<Extent> extents = envelope(clip, kSvgWidth);
  const float largest = peak(extents);
  const double middle = (kSvgHeight - kSvgAxis) / 2.0;
  const auto x_of = [&](double time_s) {
    return number(duration_s > 0 ? time_s / duration_s * kSvgWidth : 0, "%.1f");
  };
  const auto y_of = [&](float sample) {
    return number(middle - static_cast<double>(sample / largest) * (middle - 2), "%.1f");
  };

  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 200\" width=\"960\" "
      "height=\"200\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">\n"
      "<title>Waveform with heart sounds</title>\n<style>"
      ".wave{fill:#b3263a}.s1{fill:#2b6cb033}.s2{fill:#2f855a33}.ink{fill:#555}"
      "@media(prefers-color-scheme:dark){.wave{fill:#f0788a}.ink{fill:#bbb}}</style>\n";
  for (const HeartSound& beat : beats) {
    const bool is_s1 = beat.kind == HeartSound::Kind::s1;
    svg += std::string("<rect class=\"") + (is_s1 ? "s1" : "s2") + "\" x=\"" + x_of(beat.start_s) +
           R"(" y="0" width=")" + x_of(beat.end_s - beat.start_s) + R"(" height="176"><title>)" +
           (is_s1 ? "S1" : "S2") + "</title></rect>\n";
  }
  // Along the upper edge, then back along the lower one.
  std::string path;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    path += (i == 0 ? "M" : "L") + std::to_string(i) + " " + y_of(extents[i].high);
  }
  for (std::size_t i = extents.size(); i-- > 0;) {
    path += "L" + std::to_string(i) + " " + y_of(extents[i].low);
  }
  svg += R"(<path class="wave" d=")" + path + "Z\"/>\n";
  for (const double tick : ticks(duration_s)) {
    svg += R"(<text class="ink" x=")" + x_of(tick) + R"(" y="194" text-anchor=")" +
           (tick == 0 ? "start" : "middle") + "\">" + seconds_text(tick, tick_step_s(duration_s)) +
           "</text>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace auscult::pictures
