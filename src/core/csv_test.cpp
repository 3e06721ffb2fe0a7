#include "core/csv.hpp"

#include <gtest/gtest.h>

namespace auscult {
namespace {

TEST(CsvField, IsQuotedWhereItWouldMislead) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("6\" mat"), "\"6\"\" mat\"");
}

TEST(CsvText, IsNoFormula) {
  EXPECT_EQ(csv_text("=1+1"), "'=1+1");
  EXPECT_EQ(csv_text("@a,b"), "\"'@a,b\"");
  EXPECT_EQ(csv_text("a=b"), "a=b");
  EXPECT_EQ(csv_text(""), "");
}

}  // namespace
}  // namespace auscult
