#include "http/pace.hpp"

#include <gtest/gtest.h>

#include <random>

namespace auscult::http {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;

Pace::Clock::time_point at(double seconds) {
  return Pace::Clock::time_point(
      duration_cast<Pace::Clock::duration>(duration<double>(1'000 + seconds)));
}

/// Blocks of `bytes` every `every_s`, each up to `late_s` late.
Pace arrival(double seconds, double every_s, std::size_t bytes, double late_s) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> late(0, late_s);
  Pace pace;
  double time_s = 0;
  while (time_s < seconds) {
    pace.add(at(time_s + late(random)), bytes);
    time_s += every_s;
  }
  return pace;
}

TEST(Pace, TellsThatOfAMicrophone) {
  const auto pace = arrival(8, 0.1, 3'200, 0.04).steady_bytes_per_s();
  ASSERT_TRUE(pace);
  EXPECT_NEAR(*pace, 32'000, 320);
}

TEST(Pace, SaysNothingOfAShortRecording) {
  EXPECT_FALSE(arrival(4.5, 0.1, 3'200, 0).steady_bytes_per_s());
  EXPECT_FALSE(Pace().steady_bytes_per_s());
}

TEST(Pace, SaysNothingOfFewBlocks) { EXPECT_FALSE(arrival(8, 1, 32'000, 0).steady_bytes_per_s()); }

TEST(Pace, SaysNothingOfANetworkThatFalters) {
  EXPECT_FALSE(arrival(10, 0.1, 3'200, 0.8).steady_bytes_per_s());
  Pace pace;
  for (int i = 0; i < 100; ++i) pace.add(at(0.1 * i + (i > 50 ? 2 : 0)), 3'200);
  EXPECT_FALSE(pace.steady_bytes_per_s());
}

TEST(Pace, SaysNothingOfWhatComesFasterAndFaster) {
  Pace pace;
  for (int i = 0; i < 100; ++i) {
    pace.add(at(0.1 * i), 1'000 + 100 * static_cast<std::size_t>(i));
  }
  EXPECT_FALSE(pace.steady_bytes_per_s());
}

}  // namespace
}  // namespace auscult::http
