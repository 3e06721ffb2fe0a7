// What every store must do with what people say, take away and set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "contract_fixture.hpp"
#include "json/json.hpp"

namespace auscult::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Fixture>
class PeopleContract : public RecordingStoreContract<Fixture> {};
TYPED_TEST_SUITE(PeopleContract, Stores, StoreNames);

TYPED_TEST(PeopleContract, RestoresWhatWasRemoved) {
  const Recording before = this->insert(example_recording(1));
  const Recording latest = this->insert(example_recording(2));
  ASSERT_TRUE(this->store().review(latest.id, {.note = "mine", .label = {}}, now()));
  ASSERT_TRUE(this->store().remove(latest.id, now()));
  const Result<Recording> restored = this->store().restore(latest.id);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->review->note, "mine");
  EXPECT_EQ(*this->store().find_audio(latest.id), example_audio(latest));
  EXPECT_EQ(this->store().latest(std::nullopt)->id, latest.id);
  EXPECT_EQ(*this->store().data_json(), json::data_json(latest.result));
  EXPECT_EQ(this->store().restore(before.id).error().code, ErrorCode::not_found);
}

TYPED_TEST(PeopleContract, PurgesWhatWasRemovedUntilThen) {
  const Timestamp time = now();
  const Recording early = this->insert(example_recording(1));
  const Recording late = this->insert(example_recording(2));
  const Recording kept = this->insert(example_recording(3));
  ASSERT_TRUE(this->store().remove(early.id, time));
  ASSERT_TRUE(this->store().remove(late.id, time + std::chrono::seconds(1)));
  EXPECT_EQ(*this->store().purge(time - std::chrono::milliseconds(1)), 0);
  EXPECT_EQ(*this->store().purge(time), 1);
  EXPECT_EQ(this->store().restore(early.id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(this->store().restore(late.id));
  EXPECT_THAT(this->ids({}), ElementsAre(kept.id, late.id));
}

TYPED_TEST(PeopleContract, KeepsAReviewApartFromTheAnswer) {
  const Timestamp time = *parse_timestamp("2026-11-23T10:00:00.5Z");
  const Recording recording = this->insert(example_recording(1));
  ASSERT_TRUE(this->store().review(recording.id, {.note = "loud", .label = {}}, time));
  const Result<Recording> reviewed =
      this->store().review(recording.id, {.note = {}, .label = "Murmur"}, time);
  ASSERT_TRUE(reviewed) << reviewed.error().message;
  Recording expected = recording;
  expected.review = Review{"loud", "Murmur", time};
  EXPECT_EQ(*reviewed, expected);
  this->reopen();
  EXPECT_EQ(*this->store().find(recording.id), expected);
  EXPECT_EQ(*this->store().latest("ward-3"), expected);
  EXPECT_EQ(this->store().list({})->recordings.front(), expected);
}

TYPED_TEST(PeopleContract, HasNoReviewWhenNothingIsLeftToSay) {
  const Recording recording = this->insert(example_recording(1));
  ASSERT_TRUE(this->store().review(recording.id, {.note = "a", .label = "Normal"}, now()));
  ASSERT_TRUE(this->store().review(recording.id,
                                   {.note = std::optional<std::string>(), .label = {}}, now()));
  EXPECT_EQ(this->store().find(recording.id)->review->note, std::nullopt);
  const Result<Recording> cleared = this->store().review(
      recording.id, {.note = {}, .label = std::optional<std::string>()}, now());
  ASSERT_TRUE(cleared);
  EXPECT_EQ(*cleared, recording);
  const auto unknown = this->store().review(new_id(now()), {}, now());
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TYPED_TEST(PeopleContract, FindsByConfidenceQualityAndText) {
  Recording sure = example_recording(1, "icu_1");
  sure.result.confidence = 90;
  sure.result.quality = {};
  this->insert(sure);
  const Recording noted = this->insert(example_recording(2, "ward-3"));
  const Recording plain = this->insert(example_recording(3, "icu-2"));
  ASSERT_TRUE(this->store().review(noted.id, {.note = "100% Loud", .label = "Murmur"}, now()));
  ListQuery query;
  query.min_confidence = 90;
  EXPECT_THAT(this->ids(query), ElementsAre(sure.id));
  query = {};
  query.quality = Quality::Verdict::good;
  EXPECT_THAT(this->ids(query), ElementsAre(sure.id));
  query.quality = Quality::Verdict::poor;
  EXPECT_THAT(this->ids(query), ElementsAre(plain.id, noted.id));
  query = {};
  query.corrected_only = true;
  EXPECT_THAT(this->ids(query), ElementsAre(noted.id));
  query = {};
  for (const char* text : {"loud", "0% l", "murm", "WARD"}) {
    query.text = text;
    EXPECT_THAT(this->ids(query), ElementsAre(noted.id)) << text;
  }
  query.text = "u_1";  // Not any letter.
  EXPECT_THAT(this->ids(query), ElementsAre(sure.id));
  query.text = "%%";
  EXPECT_THAT(this->ids(query), IsEmpty());
}

TYPED_TEST(PeopleContract, GivesWhatWasStoredAfterARecordingInOrder) {
  const Recording first = this->insert(example_recording(9));
  const Recording second = this->insert(example_recording(1));
  const Recording removed = this->insert(example_recording(5));
  const Recording third = this->insert(example_recording(3));
  ASSERT_TRUE(this->store().remove(removed.id, now()));
  const auto after = [&](const std::string& id, int limit) {
    std::vector<std::string> found;
    const auto stored = this->store().stored_after(id, limit);
    for (const Recording& recording : *stored) {
      found.push_back(recording.id);
    }
    return found;
  };
  EXPECT_THAT(after(first.id, 10), ElementsAre(second.id, third.id));
  EXPECT_THAT(after(first.id, 1), ElementsAre(second.id));
  EXPECT_THAT(after(removed.id, 10), ElementsAre(third.id));
  EXPECT_THAT(after(third.id, 10), IsEmpty());
  // One that was never here, of the second in between: those with later ids.
  EXPECT_THAT(after(example_recording(2).id, 10), ElementsAre(first.id, third.id));
}

TYPED_TEST(PeopleContract, SumsUpTheDevicesThatWereHeard) {
  this->insert(example_recording(1, "a"));
  const Recording b = this->insert(example_recording(2, "b"));
  const Recording a = this->insert(example_recording(3, "a"));
  const Recording removed = this->insert(example_recording(4, "c"));
  ASSERT_TRUE(this->store().remove(removed.id, now()));
  const auto devices = this->store().devices();
  ASSERT_TRUE(devices) << devices.error().message;
  ASSERT_EQ(devices->size(), 2U);
  EXPECT_EQ((*devices)[0].latest, a);
  EXPECT_EQ((*devices)[0].recordings, 2);
  EXPECT_EQ((*devices)[1].latest, b);
  EXPECT_EQ((*devices)[1].recordings, 1);
}

TYPED_TEST(PeopleContract, KeepsTheSettingsOfDevices) {
  const DeviceSettings settings{8'000, std::nullopt, "s24be", 2.5};
  EXPECT_EQ(*this->store().settings_of("a"), DeviceSettings{});
  ASSERT_TRUE(this->store().set_device_settings("a", {4'000, 2, "u8", 1}));
  ASSERT_TRUE(this->store().set_device_settings("a", settings));
  this->reopen();
  EXPECT_EQ(*this->store().settings_of("a"), settings);
  EXPECT_THAT(*this->store().device_settings(), ElementsAre(testing::Pair("a", settings)));
  ASSERT_TRUE(this->store().set_device_settings("a", {}));
  EXPECT_THAT(*this->store().device_settings(), IsEmpty());
}

}  // namespace
}  // namespace auscult::storage
