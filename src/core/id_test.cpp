#include "core/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace auscult {
namespace {

using namespace std::chrono_literals;

TEST(NewId, SortsByTime) {
  const Timestamp time = *parse_timestamp("2026-11-22T09:30:00.125Z");
  EXPECT_LT(new_id(time), new_id(time + 1ms));
  EXPECT_LT(new_id(time + 255ms), new_id(time + 256ms));
}

TEST(NewId, IsAVersion7UuidAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_id(now());
    ASSERT_TRUE(is_id(id)) << id;
    EXPECT_EQ(id[14], '7');
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(IsId, RejectsOtherText) {
  EXPECT_FALSE(is_id(""));
  EXPECT_FALSE(is_id("../../../../etc/passwd"));
  EXPECT_FALSE(is_id("0193512D-0000-7000-8000-000000000000"));
  EXPECT_FALSE(is_id("0193512d-0000-7000-8000-0000000000000"));
}

}  // namespace
}  // namespace auscult
