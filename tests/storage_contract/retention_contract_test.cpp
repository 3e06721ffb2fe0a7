// What every store must delete by itself, and what it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "contract_fixture.hpp"
#include "core/id.hpp"
#include "json/json.hpp"
#include "storage/job_store.hpp"

namespace auscult::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Fixture>
class RetentionContract : public RecordingStoreContract<Fixture> {
 protected:
  std::vector<std::string> retire(const Retention& retention) {
    const auto ids = this->store().retire(retention);
    EXPECT_TRUE(ids) << ids.error().message;
    return *ids;
  }

  Recording insert_large(int second) {
    Recording recording = example_recording(second);
    const StoredAudio audio{"audio/flac", std::vector<std::byte>(100'000, std::byte{7})};
    EXPECT_TRUE(this->store().insert(recording, audio, bytes_of_text("wav")));
    return recording;
  }
};
TYPED_TEST_SUITE(RetentionContract, Stores, StoreNames);

TYPED_TEST(RetentionContract, DeletesNothingWithoutABound) {
  this->insert(example_recording(1));
  EXPECT_THAT(this->retire({}), IsEmpty());
}

TYPED_TEST(RetentionContract, DeletesWhatWasReceivedBeforeATime) {
  const Recording first = this->insert(example_recording(1));
  const Recording second = this->insert(example_recording(2));
  Retention retention;
  retention.received_before = second.received_at;
  EXPECT_THAT(this->retire(retention), ElementsAre(first.id));
  EXPECT_THAT(this->ids({}), ElementsAre(second.id));
  EXPECT_EQ(this->store().find_audio(first.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->store().restore(first.id).error().code, ErrorCode::not_found);
  EXPECT_THAT(this->retire(retention), IsEmpty());
}

TYPED_TEST(RetentionContract, DeletesTheLatestTooIfItIsTooOld) {
  const Recording only = this->insert(example_recording(1));
  Retention retention;
  retention.received_before = only.received_at + std::chrono::seconds(1);
  EXPECT_THAT(this->retire(retention), ElementsAre(only.id));
  EXPECT_EQ(this->store().data_json().error().code, ErrorCode::not_found);
}

TYPED_TEST(RetentionContract, LeavesWhatPeopleSaidSomethingOfUnlessToldOtherwise) {
  const Recording first = this->insert(example_recording(1));
  const Recording second = this->insert(example_recording(2));
  ASSERT_TRUE(this->store().review(first.id, {.note = {}, .label = "Murmur"}, now()));
  Retention retention;
  retention.received_before = second.received_at + std::chrono::seconds(1);
  EXPECT_THAT(this->retire(retention), ElementsAre(second.id));
  EXPECT_EQ(*this->store().data_json(), json::data_json(first.result));
  retention.keep_reviewed = false;
  EXPECT_THAT(this->retire(retention), ElementsAre(first.id));
}

TYPED_TEST(RetentionContract, DeletesTheOldestUntilTheRestFits) {
  std::vector<Recording> recordings;
  for (int i = 0; i < 10; ++i) recordings.push_back(this->insert_large(i));
  Retention retention;
  // Empty tables and indexes take some 170 kB of it in a folder, and nothing in PostgreSQL.
  retention.max_bytes = 800'000;
  const std::vector<std::string> gone = this->retire(retention);
  ASSERT_GE(gone.size(), 3U);
  ASSERT_LE(gone.size(), 5U);
  for (std::size_t i = 0; i < gone.size(); ++i) EXPECT_EQ(gone[i], recordings[i].id);
  EXPECT_THAT(this->retire(retention), IsEmpty());

  // What waits to be judged takes no recording's place.
  const std::vector<std::byte> body(600'000, std::byte{7});
  NewUploadJob job;
  job.id = new_id(now());
  job.created_at = now();
  job.body = body;
  ASSERT_TRUE(JobStore(this->store().sql()).enqueue(job, {}));
  EXPECT_THAT(this->retire(retention), IsEmpty());
}

TYPED_TEST(RetentionContract, NeverDeletesTheLatestForItsSize) {
  this->insert_large(1);
  const Recording latest = this->insert_large(2);
  Retention retention;
  retention.max_bytes = 1;
  EXPECT_EQ(this->retire(retention).size(), 1U);
  EXPECT_THAT(this->retire(retention), IsEmpty());
  EXPECT_THAT(this->ids({}), ElementsAre(latest.id));
}

TYPED_TEST(RetentionContract, DeletesSomeAtATime) {
  for (int i = 0; i < limits::kRetireBatch + 3; ++i) this->insert(example_recording(i));
  Retention retention;
  retention.received_before = example_recording(1'000).received_at;
  EXPECT_EQ(this->retire(retention).size(), static_cast<std::size_t>(limits::kRetireBatch));
  EXPECT_EQ(this->retire(retention).size(), 3U);
}

TYPED_TEST(RetentionContract, PagesThroughEverythingOnceThoughTheClockJumpsBack) {
  // Two hours on, then back by three, then on again: what was received twice at one time is in it.
  std::vector<std::string> all;
  for (const int second : {0, 7'200, 7'201, -3'600, -3'599, 0, 7'200}) {
    all.push_back(this->insert(example_recording(second)).id);
  }
  ListQuery query;
  query.limit = 2;
  std::vector<std::string> paged;
  std::optional<Timestamp> before;
  for (;;) {
    const Result<Page> page = this->store().list(query);
    ASSERT_TRUE(page) << page.error().message;
    for (const Recording& recording : page->recordings) {
      if (before) {
        EXPECT_LE(recording.received_at, *before);
      }
      before = recording.received_at;
      paged.push_back(recording.id);
    }
    if (!page->next_cursor) break;
    query.cursor = page->next_cursor;
  }
  EXPECT_THAT(paged, testing::UnorderedElementsAreArray(all));
  EXPECT_EQ(this->store().latest(std::nullopt)->id, all.back());
}

}  // namespace
}  // namespace auscult::storage
