#include "core/rate_suspect.hpp"

#include <gtest/gtest.h>

namespace auscult {
namespace {

Quality poor(std::vector<std::string> reasons) {
  return {.verdict = Quality::Verdict::poor, .reasons = std::move(reasons)};
}

TEST(RateSuspect, IsReadBackFromItsReason) {
  const RateSuspect suspect{44'100, 16'000, "this would be a heart"};
  EXPECT_EQ(to_reason(suspect),
            "rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz");
  EXPECT_EQ(find_rate_suspect(poor({"no heart beat found", to_reason(suspect)})), suspect);
}

TEST(RateSuspect, IsTheOneThatWasMeasured) {
  const RateSuspect heard{22'050, 16'000, "this would be a heart"};
  const RateSuspect measured{44'100, 16'000, "samples arrived as from a microphone"};
  EXPECT_EQ(find_rate_suspect(poor({to_reason(heard), to_reason(measured)})), measured);
}

TEST(RateSuspect, IsInNoOtherReason) {
  EXPECT_EQ(find_rate_suspect({}), std::nullopt);
  for (const char* reason :
       {"rate suspect: ", "rate suspect: at Hz instead of Hz", "rate suspect: x at 8000 Hz",
        "rate suspect: x at eight Hz instead of 16000 Hz", "a heart at 8000 Hz instead of 16000 Hz",
        "rate suspect: x at 99999999999 Hz instead of 16000 Hz"}) {
    EXPECT_EQ(find_rate_suspect(poor({reason})), std::nullopt) << reason;
  }
}

}  // namespace
}  // namespace auscult
