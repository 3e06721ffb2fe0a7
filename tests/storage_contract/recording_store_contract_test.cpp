// What every store must do, whatever keeps its rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "contract_fixture.hpp"
#include "json/json.hpp"

namespace auscult::storage {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

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

TYPED_TEST(RecordingStoreContract, FindsSmallAndLargeSoundsThatCameTogether) {
  std::vector<Recording> recordings;
  for (int i = 0; i < 12; ++i) recordings.push_back(example_recording(i));
  const auto sound_of = [&](std::size_t i) {
    return i % 3 == 0 ? large_example_audio(recordings[i]) : example_audio(recordings[i]);
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < recordings.size(); ++i) {
      threads.emplace_back([&, i] {
        const Status inserted =
            this->store().insert(recordings[i], sound_of(i), bytes_of_text("wav"));
        EXPECT_TRUE(inserted) << inserted.error().message;
      });
    }
  }
  this->reopen();
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    EXPECT_TRUE(*this->store().find_audio(recordings[i].id) == sound_of(i)) << i;
  }
}

TYPED_TEST(RecordingStoreContract, SaysHowManyRecordingsItShowsAndHowManyBytesItTakes) {
  EXPECT_EQ(this->store().size()->recordings, 0);
  const Recording removed = this->insert(example_recording(1));
  this->insert(example_recording(2));
  ASSERT_TRUE(this->store().remove(removed.id, removed.received_at));
  EXPECT_EQ(this->store().size()->recordings, 1);
  EXPECT_GT(this->store().size()->bytes, 4'096);
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
  EXPECT_EQ(this->ids(query).size(), std::size_t{kWriters} * kEach);
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
