#include "evaluation/bootstrap.hpp"

#include <gtest/gtest.h>

namespace auscult::evaluation {
namespace {

// The mean of `values` over the chosen.
auto mean_of(const std::vector<double>& values) {
  return [&values](std::span<const std::size_t> chosen) -> std::optional<double> {
    double sum = 0;
    for (const std::size_t i : chosen) sum += values[i];
    return sum / static_cast<double>(chosen.size());
  };
}

TEST(BootstrapInterval, HasNoWidthForOneGroup) {
  const std::vector<std::string> groups = {"a", "a"};
  const std::vector<double> values = {0, 1};
  const std::optional<Interval> interval = bootstrap_interval(groups, mean_of(values));
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 0.5);
  EXPECT_EQ(interval->high, 0.5);
}

TEST(BootstrapInterval, IsNearTheNormalOneForManyGroups) {
  // 100 groups, half 0 and half 1: the mean's standard error is 0.05.
  std::vector<std::string> groups;
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) {
    groups.push_back(std::to_string(i));
    values.push_back(i % 2);
  }
  const std::optional<Interval> interval = bootstrap_interval(groups, mean_of(values));
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 0.402, 0.02);
  EXPECT_NEAR(interval->high, 0.598, 0.02);
}

TEST(BootstrapInterval, IsWiderWhenRecordingsShareAPatient) {
  std::vector<std::string> alone;
  std::vector<std::string> shared;
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) {
    alone.push_back(std::to_string(i));
    shared.push_back(std::to_string(i / 10));
    values.push_back(i / 10 % 2);
  }
  const auto width = [&](const std::vector<std::string>& groups) {
    const std::optional<Interval> interval = bootstrap_interval(groups, mean_of(values));
    return interval ? interval->high - interval->low : 0;
  };
  EXPECT_GT(width(shared), 2 * width(alone));
}

TEST(BootstrapInterval, IsEmptyWhereTheMeasureMostlyIs) {
  const std::vector<std::string> groups = {"a", "b"};
  EXPECT_FALSE(bootstrap_interval(
      groups, [](std::span<const std::size_t>) { return std::optional<double>(); }));
}

}  // namespace
}  // namespace auscult::evaluation
