#include "plot/svg.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::plot {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Svg, IsAWholeFileOfTheSizeAskedFor) {
  const std::string file = Svg(300, 200.55, "Title", "What it shows").str();
  EXPECT_THAT(file, HasSubstr("viewBox=\"0 0 300 200.6\""));
  EXPECT_THAT(file, HasSubstr("<title>Title</title>"));
  EXPECT_TRUE(file.ends_with("</svg>\n"));
}

TEST(Svg, HasASheetOfItsOwnSoThatAnyPageWillDo) {
  EXPECT_THAT(Svg(10, 10, "", "").str(),
              HasSubstr("<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#ffffff\"/>"));
}

TEST(Svg, EscapesText) {
  Svg svg(10, 10, "a < b", "");
  svg.text({1, 2}, "p & \"q\" > 0", {});
  EXPECT_THAT(svg.str(), HasSubstr("<title>a &lt; b</title>"));
  EXPECT_THAT(svg.str(), HasSubstr(">p &amp; &quot;q&quot; &gt; 0</text>"));
}

TEST(Svg, WritesOnlyTheAttributesThatMatter) {
  Svg svg(10, 10, "", "");
  svg.text({1, 2}, "plain", {});
  EXPECT_THAT(svg.str(), Not(HasSubstr("transform")));
  svg.text({1, 2}, "turned", {.anchor = Anchor::middle, .turned_degrees = -90});
  EXPECT_THAT(svg.str(), HasSubstr("text-anchor=\"middle\" transform=\"rotate(-90 1 2)\""));
}

TEST(Svg, DrawsALineThroughPoints) {
  Svg svg(10, 10, "", "");
  const std::vector<Point> points = {{0, 1}, {2.25, 3}};
  svg.polyline(points, {.colour = "#123456", .width = 2, .dashes = "4 3"});
  EXPECT_THAT(svg.str(), HasSubstr("points=\"0,1 2.2,3\""));
  EXPECT_THAT(svg.str(),
              HasSubstr("stroke=\"#123456\" stroke-width=\"2\" stroke-dasharray=\"4 3\""));
}

TEST(TextWidth, CountsLettersNotBytes) {
  EXPECT_EQ(text_width("\u2013\u2013", 10), text_width("ab", 10));
}

TEST(Wrapped, BreaksBetweenWordsOnly) {
  EXPECT_THAT(wrapped("one two incomprehensible", 10, text_width("one two", 10)),
              ElementsAre("one two", "incomprehensible"));
}

TEST(Written, LeavesZerosOut) {
  EXPECT_EQ(written(0.20000001, 3), "0.2");
  EXPECT_EQ(written(10, 1), "10");
  EXPECT_EQ(written(100, 0), "100");
  EXPECT_EQ(written(-0.0001, 2), "0");
}

}  // namespace
}  // namespace auscult::plot
