#include "service/devices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Recording sound_recording() {
  Recording recording;
  recording.source.duration_s = 10;
  recording.level = Level{-30, -12, 0};
  return recording;
}

TEST(WarningsOf, AreNoneForASoundRecording) {
  EXPECT_THAT(warnings_of(sound_recording()), IsEmpty());
}

TEST(WarningsOf, NameWhatIsWrong) {
  Recording clipped = sound_recording();
  clipped.level->clipped_fraction = 0.023;
  EXPECT_THAT(warnings_of(clipped), ElementsAre(StartsWith("clipping: 2.3 %")));
  Recording quiet = sound_recording();
  quiet.level->peak_dbfs = -70;
  EXPECT_THAT(warnings_of(quiet), ElementsAre(HasSubstr("-70 dB")));
  Recording odd = sound_recording();
  odd.source.dropped_bytes = 1;
  EXPECT_THAT(warnings_of(odd), ElementsAre(HasSubstr("within a sample")));
  Recording cut = sound_recording();
  cut.source.duration_s = 0.5;
  EXPECT_THAT(warnings_of(cut), ElementsAre(StartsWith("only 0.5 s long")));
}

TEST(WarningsOf, NameTheRateThatIsLikelier) {
  Recording mislabelled = sound_recording();
  mislabelled.result.quality.reasons = {
      "no heart beat found, mostly steady noise",
      "rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz"};
  EXPECT_THAT(warnings_of(mislabelled),
              ElementsAre(StartsWith("rate suspect: this would be a heart at 44100 Hz")));
}

TEST(WarningsOf, AreNoneOfALevelThatWasNotMeasured) {
  Recording old = sound_recording();
  old.level.reset();
  EXPECT_THAT(warnings_of(old), IsEmpty());
}

TEST(ToDefaults, ReadsWhatARequestMaySay) {
  const auto defaults = to_defaults({8'000, 2, "s24be", 20});
  ASSERT_TRUE(defaults);
  EXPECT_EQ(defaults->gain, 20);
  EXPECT_EQ(defaults->format,
            (audio::Declaration{8'000, 2, audio::SampleFormat::s24, audio::ByteOrder::big}));
}

TEST(ToDefaults, NamesWhatIsOutOfBounds) {
  EXPECT_THAT(
      to_defaults({.sample_rate_hz = 10, .channels = {}, .format = {}, .gain = {}}).error().message,
      HasSubstr("10"));
  EXPECT_THAT(to_defaults({.sample_rate_hz = {}, .channels = {}, .format = "s17", .gain = {}})
                  .error()
                  .message,
              HasSubstr("s17"));
  EXPECT_FALSE(to_defaults({.sample_rate_hz = {}, .channels = {}, .format = {}, .gain = -1}));
}

}  // namespace
}  // namespace auscult::service
