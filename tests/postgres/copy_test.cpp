// A store moves between a folder and PostgreSQL without loss.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/hash.hpp"
#include "postgres/copy.hpp"
#include "postgres/key_store.hpp"
#include "postgres_fixture.hpp"
#include "storage/copy.hpp"
#include "storage/job_store.hpp"
#include "storage/reclassifications.hpp"
#include "storage/sqlite_key_store.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/webhooks.hpp"

namespace auscult::postgres {
namespace {

using storage::CopyMode;
using storage::CopyReport;
using storage::example_audio;
using storage::example_recording;
using storage::insert_example;
using storage::SqliteRecordingStore;
using testing::HasSubstr;

class Copy : public PostgresTest {
 protected:
  static SqliteRecordingStore open_folder(const TemporaryFolder& folder) {
    auto store = SqliteRecordingStore::open(folder.path(), storage::example_listening_copy);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  /// Most are small, some large.
  static storage::StoredAudio sound_of(const Recording& recording) {
    return recording.result.class_index == 4 ? storage::large_example_audio(recording)
                                             : example_audio(recording);
  }

  /// Something of everything that a store keeps.
  void fill(SqliteRecordingStore& store) {
    for (int i = 0; i < 40; ++i) {
      const Recording recording = example_recording(i, i % 2 == 0 ? "even" : "odd", i % 5);
      storage::Origin origin;
      origin.fingerprint = "print " + std::to_string(i);
      if (i % 3 == 0) origin.key = "key " + std::to_string(i);
      ASSERT_TRUE(store.insert(recording, sound_of(recording), {}, origin));
      ids_.push_back(recording.id);
    }
    ASSERT_TRUE(store.review(ids_[7], {.note = "ü", .label = {}}, now()));
    ASSERT_TRUE(store.remove(ids_[8], now()));
    ASSERT_TRUE(store.set_device_settings("even", {8'000, std::nullopt, "s16", 0.1}));
    storage::UploadSession session;
    session.id = session_;
    session.device = "odd";
    session.created_at = now();
    session.expires_at = now() + std::chrono::hours(1);
    ASSERT_TRUE(store.open_session(session, {}));
    const std::vector<std::byte> bytes = storage::bytes_of_text("piece");
    ASSERT_TRUE(store.put_chunk({session_, 0, sha256_hex(bytes), bytes}, {}, now()));

    storage::NewUploadJob job;
    job.id = job_;
    job.fingerprint = "print";
    job.created_at = now();
    job.body = bytes;
    ASSERT_TRUE(storage::JobStore(store.sql()).enqueue(job, {}));
    storage::Webhook webhook;
    webhook.id = job_;
    webhook.min_confidence = 0.1;
    ASSERT_TRUE(storage::WebhookStore(store.sql()).add(webhook));
    storage::Reclassifications reclassifications(store.sql());
    storage::Reclassification wanted;
    wanted.id = job_;
    wanted.sha256 = "other";
    ASSERT_TRUE(reclassifications.begin(wanted, {}));
    const auto claimed =
        storage::JobStore(store.sql())
            .claim(storage::JobKind::reclassify, "other", now(), std::chrono::hours(1));
    ASSERT_TRUE(claimed && *claimed);
    const auto pending = reclassifications.pending(**claimed);
    ASSERT_EQ(pending->size(), 39U);
    const storage::NewAnswer answer{pending->front().sequence, "Murmur", 50, "{}", {}};
    ASSERT_TRUE(reclassifications.finish(**claimed, {&answer, 1}));
  }

  Result<CopyReport> to_database(const TemporaryFolder& folder, CopyMode mode) {
    auto from = storage::copy_source(folder.path());
    if (!from) return from.error();
    auto to = copy_target(address());
    if (!to) return to.error();
    return copy_store(*from, *to, mode, now());
  }
  Result<CopyReport> to_folder(const TemporaryFolder& folder, CopyMode mode) {
    auto from = copy_source(address());
    if (!from) return from.error();
    auto to = storage::copy_target(folder.path());
    if (!to) return to.error();
    return copy_store(*from, *to, mode, now());
  }

  void expect_all(storage::RecordingStore& store) {
    EXPECT_EQ(store.size()->recordings, 39);
    for (const std::string& id : ids_) {
      if (id == ids_[8]) continue;
      const auto recording = store.find(id);
      ASSERT_TRUE(recording) << recording.error().message;
      EXPECT_TRUE(*store.find_audio(id) == sound_of(*recording));
    }
    EXPECT_EQ(store.find(ids_[7])->review->note, "ü");
    EXPECT_EQ(store.find(ids_[8]).error().code, ErrorCode::not_found);
    EXPECT_EQ(store.latest(std::nullopt)->id, ids_.back());
    EXPECT_EQ((*store.find_answered("key 3"))->recording.id, ids_[3]);
    EXPECT_EQ(store.settings_of("even")->gain, 0.1);
    EXPECT_EQ(*store.session_bytes(session_), storage::bytes_of_text("piece"));
    EXPECT_EQ(*storage::JobStore(store.sql()).body(job_), storage::bytes_of_text("piece"));
    EXPECT_EQ(storage::WebhookStore(store.sql()).find(job_)->min_confidence, 0.1);
    storage::Reclassifications reclassifications(store.sql());
    EXPECT_EQ(reclassifications.find(job_)->judged, 1);
    EXPECT_EQ(reclassifications.answers_of(ids_[0])->size(), 1U);
  }

  std::vector<std::string> ids_;
  std::string session_ = new_id(now());
  std::string job_ = new_id(now());
};

TEST_F(Copy, GoesThereAndBackWhileTheSourceIsUsed) {
  const TemporaryFolder folder;
  const TemporaryFolder back;
  SqliteRecordingStore store = open_folder(folder);
  fill(store);
  const auto there = to_database(folder, CopyMode::begin);
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_EQ(there->copied, 40);
  expect_all(*open());
  const auto returned = to_folder(back, CopyMode::begin);
  ASSERT_TRUE(returned) << returned.error().message;
  EXPECT_EQ(returned->rows, there->rows);
  SqliteRecordingStore again = open_folder(back);
  expect_all(again);
  // The order of storing goes on.
  const Recording next = example_recording(50);
  ASSERT_TRUE(insert_example(again, next));
  EXPECT_EQ(again.latest(std::nullopt)->id, next.id);
}

TEST_F(Copy, GoesOnWhereItWasAndFollowsWhatChanged) {
  const TemporaryFolder folder;
  SqliteRecordingStore store = open_folder(folder);
  fill(store);
  ASSERT_TRUE(to_database(folder, CopyMode::begin));
  ASSERT_TRUE(store.remove(ids_[20], now()));
  ASSERT_TRUE(store.purge(now()));
  ASSERT_TRUE(store.review(ids_[3], {.note = {}, .label = "Murmur"}, now()));
  const Recording late = example_recording(60);
  ASSERT_TRUE(insert_example(store, late));
  EXPECT_THAT(to_database(folder, CopyMode::begin).error().message, HasSubstr("--resume"));
  const auto resumed = to_database(folder, CopyMode::resume);
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->copied, 1);
  const auto copy = open();
  EXPECT_EQ(copy->latest(std::nullopt)->id, late.id);
  EXPECT_EQ(copy->find(ids_[3])->review->label, "Murmur");
  EXPECT_FALSE(copy->find(ids_[20]));
}

TEST_F(Copy, OfWhichPartsAreMissingIsNotServed) {
  (void)pool();
  execute("INSERT INTO copied VALUES (1, NULL)");
  const auto refused = PostgresRecordingStore::open(pool());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not whole"));
}

TEST_F(Copy, LeavesAStoreThatIsUsedAlone) {
  const TemporaryFolder folder;
  SqliteRecordingStore store = open_folder(folder);
  fill(store);
  const Recording theirs = example_recording(70);
  ASSERT_TRUE(insert_example(*open(), theirs));
  for (const CopyMode mode : {CopyMode::begin, CopyMode::resume}) {
    const auto refused = to_database(folder, mode);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("--replace"));
  }
  EXPECT_TRUE(open()->find(theirs.id));
  ASSERT_TRUE(to_database(folder, CopyMode::replace));
  expect_all(*open());
}

TEST_F(Copy, NoticesWhatIsNotWhatWasCopied) {
  const TemporaryFolder folder;
  SqliteRecordingStore store = open_folder(folder);
  fill(store);
  ASSERT_TRUE(to_database(folder, CopyMode::begin));
  execute("UPDATE audio SET bytes = 'other' WHERE sequence = 5");
  const auto refused = to_database(folder, CopyMode::resume);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("its table audio"));
}

}  // namespace
}  // namespace auscult::postgres
