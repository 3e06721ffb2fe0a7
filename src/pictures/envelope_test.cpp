#include "pictures/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::pictures {
namespace {

using testing::ElementsAre;

TEST(Envelope, HoldsEverySampleOnce) {
  const audio::AudioClip clip{{0.1F, -0.2F, 0.3F, 0.0F, -0.5F}, 8'000};
  EXPECT_THAT(envelope(clip, 2), ElementsAre(Extent{-0.2F, 0.1F}, Extent{-0.5F, 0.3F}));
}

TEST(Envelope, RepeatsSamplesWhereThereAreFewerThanColumns) {
  EXPECT_THAT(envelope({{0.5F}, 8'000}, 2), ElementsAre(Extent{0.5F, 0.5F}, Extent{0.5F, 0.5F}));
  EXPECT_THAT(envelope({{}, 8'000}, 1), ElementsAre(Extent{}));
}

TEST(Peak, IsNeverZero) {
  EXPECT_EQ(peak({{-0.7F, 0.2F}}), 0.7F);
  EXPECT_GT(peak({{0, 0}}), 0);
}

}  // namespace
}  // namespace auscult::pictures
