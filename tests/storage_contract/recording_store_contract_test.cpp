// What every store must do, whatever keeps its rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "json/json.hpp"
#include "storage/recording_store.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

class SqliteFixture {
 public:
  Result<RecordingStore> open() {
    return RecordingStore::open(folder_.path(), example_listening_copy);
  }

 private:
  TemporaryFolder folder_;
};

template <typename Fixture>
class RecordingStoreContract : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    Result<RecordingStore> opened = fixture_.open();
    ASSERT_TRUE(opened) << opened.error().message;
    store_.emplace(*std::move(opened));
  }

  RecordingStore& store() { return *store_; }

  Recording insert(const Recording& recording) {
    const Status inserted = insert_example(store(), recording);
    EXPECT_TRUE(inserted) << inserted.error().message;
    return recording;
  }

  std::vector<std::string> ids(const ListQuery& query) {
    const Result<Page> page = store().list(query);
    EXPECT_TRUE(page) << page.error().message;
    std::vector<std::string> found;
    if (!page) return found;
    for (const Recording& recording : page->recordings) found.push_back(recording.id);
    return found;
  }

 private:
  Fixture fixture_;
  std::optional<RecordingStore> store_;
};

using Stores = testing::Types<SqliteFixture>;
class StoreNames {
 public:
  template <typename Fixture>
  static std::string GetName(int /*index*/) {
    return "Sqlite";
  }
};
TYPED_TEST_SUITE(RecordingStoreContract, Stores, StoreNames);

TYPED_TEST(RecordingStoreContract, FindsWhatWasInserted) {
  const Recording recording = this->insert(example_recording(1));
  const Result<Recording> found = this->store().find(recording.id);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, recording);
}

TYPED_TEST(RecordingStoreContract, FindsTheAudioToTheByte) {
  const Recording recording = example_recording(1);
  StoredAudio audio{"audio/flac", std::vector<std::byte>(1'000'000)};
  for (std::size_t i = 0; i < audio.bytes.size(); ++i) audio.bytes[i] = std::byte(i * i % 251);
  ASSERT_TRUE(this->store().insert(recording, audio, bytes_of_text("wav")));
  EXPECT_EQ(*this->store().find_audio(recording.id), audio);
}

TYPED_TEST(RecordingStoreContract, StillHasEverythingAfterItWasClosed) {
  const Recording recording = this->insert(example_recording(1));
  this->reopen();
  EXPECT_EQ(*this->store().find(recording.id), recording);
  EXPECT_EQ(*this->store().find_audio(recording.id), example_audio(recording));
  EXPECT_EQ(*this->store().data_json(), json::data_json(recording.result));
}

TYPED_TEST(RecordingStoreContract, KeepsTextThatLooksLikeSql) {
  Recording recording = example_recording(1, "'; DROP TABLE recordings; --");
  recording.result.quality.reasons = {"a \"quote\", a \\ and 心音"};
  this->insert(recording);
  EXPECT_EQ(*this->store().find(recording.id), recording);
  EXPECT_EQ(*this->store().latest(recording.device), recording);
}

TYPED_TEST(RecordingStoreContract, RefusesASecondRecordingWithTheSameId) {
  const Recording first = this->insert(example_recording(1));
  Recording second = first;
  second.device = "another";
  EXPECT_FALSE(insert_example(this->store(), second));
  EXPECT_EQ(*this->store().find(first.id), first);
  EXPECT_EQ(*this->store().latest(std::nullopt), first);
}

TYPED_TEST(RecordingStoreContract, RefusesARecordingThatCouldNotBeReadBack) {
  const Recording first = this->insert(example_recording(1));
  Recording second = example_recording(2);
  second.clipped_fraction = std::numeric_limits<double>::quiet_NaN();
  const Status inserted = insert_example(this->store(), second);
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::internal);
  EXPECT_THAT(inserted.error().message, HasSubstr("clipped_fraction"));
  EXPECT_EQ(*this->store().latest(std::nullopt), first);
}

TYPED_TEST(RecordingStoreContract, FailsWithNotFoundForAnUnknownId) {
  const std::string id = new_id(now());
  for (const std::string& unknown : {id, std::string("%"), std::string()}) {
    const Result<Recording> found = this->store().find(unknown);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
    EXPECT_EQ(this->store().find_audio(unknown).error().code, ErrorCode::not_found);
    EXPECT_EQ(this->store().remove(unknown, now()).error().code, ErrorCode::not_found);
  }
  EXPECT_THAT(this->store().find(id).error().message, HasSubstr(id));
}

TYPED_TEST(RecordingStoreContract, HasNothingAtFirst) {
  EXPECT_THAT(this->ids({}), IsEmpty());
  EXPECT_EQ(this->store().latest(std::nullopt).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->store().data_json().error().code, ErrorCode::not_found);
}

TYPED_TEST(RecordingStoreContract, GivesTheLatestOfAllAndOfADevice) {
  const Recording one = this->insert(example_recording(1, "one"));
  const Recording two = this->insert(example_recording(2, "two"));
  EXPECT_EQ(*this->store().latest(std::nullopt), two);
  EXPECT_EQ(*this->store().latest("one"), one);
  const auto none = this->store().latest("three");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  EXPECT_THAT(none.error().message, HasSubstr("three"));
}

TYPED_TEST(RecordingStoreContract, GivesTheLastStoredAsTheLatestAfterTheClockWasSetBack) {
  this->insert(example_recording(1'000));
  const Recording last = this->insert(example_recording(1));
  EXPECT_EQ(*this->store().latest(std::nullopt), last);
  EXPECT_EQ(*this->store().latest(last.device), last);
}

TYPED_TEST(RecordingStoreContract, ShowsTheLatestInDataJson) {
  this->insert(example_recording(1, "ward-3", 1));
  EXPECT_EQ(*this->store().data_json(), R"({"class": "Murmur", "confidence": 60.0})");
  this->insert(example_recording(2, "ward-3", 4));
  EXPECT_EQ(*this->store().data_json(), R"({"class": "Extrastole", "confidence": 60.0})");
}

TYPED_TEST(RecordingStoreContract, RemovesARecordingAndItsAudio) {
  const Recording kept = this->insert(example_recording(1));
  const Recording removed = this->insert(example_recording(2));
  ASSERT_TRUE(this->store().remove(removed.id, now()));
  EXPECT_EQ(this->store().find(removed.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->store().find_audio(removed.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->store().remove(removed.id, now()).error().code, ErrorCode::not_found);
  EXPECT_THAT(this->ids({}), ElementsAre(kept.id));
}

TYPED_TEST(RecordingStoreContract, FallsBackToTheOneBeforeWhenTheLatestIsRemoved) {
  const Recording before = this->insert(example_recording(1, "ward-3", 1));
  const Recording latest = this->insert(example_recording(2, "ward-3", 3));
  ASSERT_TRUE(this->store().remove(latest.id, now()));
  EXPECT_EQ(*this->store().latest(std::nullopt), before);
  EXPECT_EQ(*this->store().data_json(), json::data_json(before.result));
}

TYPED_TEST(RecordingStoreContract, HasNoDataJsonOnceTheLastRecordingIsRemoved) {
  ASSERT_TRUE(this->store().remove(this->insert(example_recording(1)).id, now()));
  EXPECT_EQ(this->store().data_json().error().code, ErrorCode::not_found);
}

TYPED_TEST(RecordingStoreContract, RestoresWhatWasRemoved) {
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

TYPED_TEST(RecordingStoreContract, PurgesWhatWasRemovedUntilThen) {
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

TYPED_TEST(RecordingStoreContract, KeepsAReviewApartFromTheAnswer) {
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

TYPED_TEST(RecordingStoreContract, HasNoReviewWhenNothingIsLeftToSay) {
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

TYPED_TEST(RecordingStoreContract, FindsByConfidenceQualityAndText) {
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

TYPED_TEST(RecordingStoreContract, GivesWhatWasStoredAfterARecordingInOrder) {
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

TYPED_TEST(RecordingStoreContract, SumsUpTheDevicesThatWereHeard) {
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

TYPED_TEST(RecordingStoreContract, KeepsTheSettingsOfDevices) {
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

TYPED_TEST(RecordingStoreContract, ListsTheNewestReceivedFirst) {
  const Recording second = this->insert(example_recording(2));
  const Recording third = this->insert(example_recording(3));
  const Recording first = this->insert(example_recording(1));
  EXPECT_THAT(this->ids({}), ElementsAre(third.id, second.id, first.id));
}

TYPED_TEST(RecordingStoreContract, FiltersByDeviceAndClass) {
  const Recording a1 = this->insert(example_recording(1, "a", 1));
  const Recording a2 = this->insert(example_recording(2, "a", 2));
  const Recording b1 = this->insert(example_recording(3, "b", 1));
  ListQuery query;
  query.device = "a";
  EXPECT_THAT(this->ids(query), ElementsAre(a2.id, a1.id));
  query.class_name = "Murmur";
  EXPECT_THAT(this->ids(query), ElementsAre(a1.id));
  query.device.reset();
  EXPECT_THAT(this->ids(query), ElementsAre(b1.id, a1.id));
  query.class_name = "murm%";
  EXPECT_THAT(this->ids(query), IsEmpty());
}

TYPED_TEST(RecordingStoreContract, FiltersByTimeWithTheEndLeftOut) {
  this->insert(example_recording(1));
  const Recording second = this->insert(example_recording(2));
  const Recording third = this->insert(example_recording(3));
  ListQuery query;
  query.from = second.received_at;
  EXPECT_THAT(this->ids(query), ElementsAre(third.id, second.id));
  query.to = third.received_at;
  EXPECT_THAT(this->ids(query), ElementsAre(second.id));
}

TYPED_TEST(RecordingStoreContract, PagesThroughEverythingOnceWithEveryFilter) {
  // Three recordings in each second, so that pages end inside one.
  for (int i = 0; i < 60; ++i) {
    this->insert(example_recording(i / 3, i % 2 == 0 ? "even" : "odd", i % 5));
  }
  ListQuery all;
  all.limit = limits::kMaxPageSize;
  ListQuery filtered = all;
  filtered.device = "even";
  filtered.class_name = "Murmur";
  filtered.from = example_recording(2).received_at;
  filtered.to = example_recording(19).received_at;
  for (ListQuery query : {all, filtered}) {
    const std::vector<std::string> expected = this->ids(query);
    EXPECT_GT(expected.size(), 4U);
    std::vector<std::string> paged;
    query.limit = 4;
    for (;;) {
      const Result<Page> page = this->store().list(query);
      ASSERT_TRUE(page) << page.error().message;
      for (const Recording& recording : page->recordings) paged.push_back(recording.id);
      if (!page->next_cursor) break;
      ASSERT_EQ(page->recordings.size(), 4U);
      query.cursor = page->next_cursor;
    }
    EXPECT_THAT(paged, ElementsAreArray(expected));
  }
}

TYPED_TEST(RecordingStoreContract, GoesOnFromACursorWhoseRecordingIsGone) {
  const Recording oldest = this->insert(example_recording(1));
  const Recording middle = this->insert(example_recording(2));
  this->insert(example_recording(3));
  ListQuery query;
  query.limit = 2;
  query.cursor = this->store().list(query)->next_cursor;
  ASSERT_TRUE(query.cursor);
  ASSERT_TRUE(this->store().remove(middle.id, now()));
  this->insert(example_recording(4));
  EXPECT_THAT(this->ids(query), ElementsAre(oldest.id));
}

TYPED_TEST(RecordingStoreContract, EndsAtTheOlderOfTheCursorAndTheEndOfTime) {
  const Recording first = this->insert(example_recording(1));
  const Recording second = this->insert(example_recording(2));
  this->insert(example_recording(3));
  this->insert(example_recording(4));
  ListQuery query;
  query.limit = 1;
  query.cursor = this->store().list(query)->next_cursor;
  query.limit = 4;
  query.to = second.received_at;
  EXPECT_THAT(this->ids(query), ElementsAre(first.id));
  query.to = example_recording(9).received_at;
  EXPECT_EQ(this->ids(query).size(), 3U);
}

TYPED_TEST(RecordingStoreContract, HasNoNextPageWhenTheLastOneIsFull) {
  this->insert(example_recording(1));
  this->insert(example_recording(2));
  ListQuery query;
  query.limit = 2;
  EXPECT_FALSE(this->store().list(query)->next_cursor);
}

TYPED_TEST(RecordingStoreContract, RejectsACursorThatIsNone) {
  this->insert(example_recording(1));
  ListQuery query;
  query.cursor = "0 OR 1=1";
  const Result<Page> page = this->store().list(query);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::invalid_argument);
}

TYPED_TEST(RecordingStoreContract, RejectsALimitOutOfBounds) {
  for (const int limit : {-1, 0, limits::kMaxPageSize + 1}) {
    ListQuery query;
    query.limit = limit;
    const Result<Page> page = this->store().list(query);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(page.error().message, HasSubstr(std::to_string(limit)));
  }
}

TYPED_TEST(RecordingStoreContract, IsReadyWhenOpen) {
  const Status ready = this->store().check();
  EXPECT_TRUE(ready) << ready.error().message;
}

TYPED_TEST(RecordingStoreContract, KeepsEveryRecordingOfConcurrentWriters) {
  constexpr int kWriters = 4;
  constexpr int kEach = 15;
  std::atomic<int> failures = 0;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) {
        if (!insert_example(this->store(), example_recording(i, std::to_string(writer), i % 5))) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  ListQuery query;
  query.limit = limits::kMaxPageSize;
  EXPECT_EQ(this->ids(query).size(), std::size_t{kWriters * kEach});
  EXPECT_EQ(*this->store().data_json(),
            json::data_json(this->store().latest(std::nullopt)->result));
}

TYPED_TEST(RecordingStoreContract, AnswersReadersWhileItIsWrittenTo) {
  this->insert(example_recording(0, "ward-3", 0));
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (!done) {
        const Result<Recording> latest = this->store().latest(std::nullopt);
        // Whoever reads a recording finds its sound too, and data.json is whole at any moment.
        const bool whole = latest && this->store().find_audio(latest->id) &&
                           this->store().list({}) && this->store().data_json();
        if (!whole) ++failures;
      }
    });
  }
  for (int i = 1; i <= 40; ++i) this->insert(example_recording(i, "ward-3", i % 5));
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace auscult::storage
