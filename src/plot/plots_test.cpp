// Each kind of plot: that what it is given is what it shows.

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plot/confusion_plot.hpp"
#include "plot/curve_plot.hpp"
#include "plot/dot_plot.hpp"
#include "plot/reliability_plot.hpp"

namespace auscult::plot {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

FigureText some_text() { return {.title = "Title", .caption = "585 recordings"}; }

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

void expect_whole(const std::string& file) {
  EXPECT_EQ(count_of(file, "<text"), count_of(file, "</text>"));
  EXPECT_EQ(count_of(file, "<svg"), 1U);
  EXPECT_THAT(file, HasSubstr(">Title</text>"));
  EXPECT_THAT(file, HasSubstr(">585 recordings</text>"));
  EXPECT_THAT(file, Not(HasSubstr("nan")));
}

TEST(RocPlot, DrawsEachSeriesAndTheLineOfChance) {
  const std::vector<CurvePanel> panels = {
      {.text = {"Murmur", "false alarms", "hits"},
       .series = {{"set A 0.90", {{0, 0}, {0, 1}, {1, 1}}}, {"set B 0.95", {{0, 0}, {1, 1}}}}}};
  const std::string file = roc_plot(some_text(), panels);
  expect_whole(file);
  EXPECT_EQ(count_of(file, "<polyline"), 2U);
  EXPECT_EQ(count_of(file, "stroke-dasharray"), 1U);
  EXPECT_THAT(file, HasSubstr(">set B 0.95</text>"));
}

TEST(RiskCoveragePlot, KeepsCurvesInsideTheirPanel) {
  const std::vector<CurvePanel> low = {
      {.text = {}, .y_high = 0.5, .series = {{"all", {{0, 0.5}, {1, 0.2}}}}}};
  const std::vector<CurvePanel> high = {
      {.text = {}, .y_high = 0.5, .series = {{"all", {{0, 0.9}, {1, 0.2}}}}}};
  EXPECT_EQ(risk_coverage_plot(some_text(), low), risk_coverage_plot(some_text(), high));
  EXPECT_THAT(risk_coverage_plot(some_text(), low), Not(HasSubstr("stroke-dasharray")));
}

TEST(ConfusionPlot, ShowsCountsAndTheirShareOfTheTruth) {
  const std::vector<ConfusionPanel> panels = {
      {.title = "sqrt", .labels = {"Murmur", "Normal"}, .counts = {{3, 1}, {0, 0}}}};
  const std::string file = confusion_plot(some_text(), panels);
  expect_whole(file);
  EXPECT_THAT(file, HasSubstr(">75 %</text>"));
  EXPECT_THAT(file, HasSubstr(">25 %</text>"));
  EXPECT_EQ(count_of(file, " %</text>"), 2U);  // None for a class that does not occur.
}

TEST(ReliabilityPlot, LeavesEmptyBinsOut) {
  const std::vector<ReliabilityPanel> panels = {
      {.title = "all",
       .bars = {{0.4, 0.6, 10, 0.5, 0.5}, {0.6, 0.8, 0, 0, 0}, {0.8, 1, 30, 0.9, 0.8}}}};
  const std::string file = reliability_plot(some_text(), panels);
  expect_whole(file);
  EXPECT_EQ(count_of(file, "<circle"), 2U);
  EXPECT_THAT(file, HasSubstr(">30</text>"));
}

TEST(WilsonInterval, IsThatOfTheTextbook) {
  EXPECT_NEAR(wilson_interval(0.5, 10).low, 0.2366, 1e-4);
  EXPECT_NEAR(wilson_interval(0.5, 10).high, 0.7634, 1e-4);
  EXPECT_NEAR(wilson_interval(1, 10).low, 0.7225, 1e-4);
  EXPECT_NEAR(wilson_interval(1, 10).high, 1, 1e-9);
}

TEST(DotPlot, WritesEachFigureWithItsInterval) {
  const std::vector<DotSection> sections = {
      {"PASCAL", {{"set A", 0.9, Range{0.85, 0.95}, "n = 65"}, {"set B", 0.95, {}, "n = 415"}}}};
  const std::string file = dot_plot(some_text(), "AUROC", {0.4, 1}, 0.5, sections);
  expect_whole(file);
  EXPECT_THAT(file, HasSubstr(">0.900 (0.850\u20130.950)</text>"));
  EXPECT_THAT(file, HasSubstr(">0.950</text>"));
  EXPECT_EQ(count_of(file, "stroke-dasharray"), 1U);
}

TEST(DotPlot, KeepsWhatLiesOutsideAtTheEdge) {
  const std::vector<DotSection> section = {{"", {{"far", 0.1, Range{0.05, 0.2}, ""}}}};
  const std::string file = dot_plot(some_text(), "AUROC", {0.4, 1}, 0, section);
  EXPECT_THAT(file, HasSubstr("<circle cx=\"270\""));
  EXPECT_THAT(file, Not(HasSubstr("stroke-dasharray")));
}

}  // namespace
}  // namespace auscult::plot
