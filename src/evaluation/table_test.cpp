#include "evaluation/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/temporary_folder.hpp"

namespace auscult::evaluation {
namespace {

using ::testing::HasSubstr;

class TableTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<Table> load(const std::string& text) const {
    std::ofstream(path_) << text;
    return Table::load(path_);
  }

  TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "table.csv").string();
};

TEST_F(TableTest, FindsCellsByTheirColumn) {
  const auto table = load("file,label\r\na.wav,Normal\r\nb.wav,\r\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows(), 2U);
  EXPECT_EQ(table->at(0, "label"), "Normal");
  EXPECT_EQ(table->at(1, "label"), "");
  EXPECT_FALSE(table->has("fold"));
}

TEST_F(TableTest, NamesTheLineThatDoesNotFit) {
  for (const char* text : {"file,label\na.wav\n", "file,label\n\"a.wav\",Normal\n"}) {
    const auto table = load(text);
    ASSERT_FALSE(table) << text;
    EXPECT_THAT(table.error().message, HasSubstr("line 2"));
  }
}

TEST_F(TableTest, SaysWhenThereIsNoFile) {
  EXPECT_EQ(Table::load("/nowhere/manifest.csv").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace auscult::evaluation
