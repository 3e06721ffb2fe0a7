// What a store does when its database was damaged: it says so, or gives what is whole; it never
// gives something else, and never begins anew over it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>
#include "storage/sqlite.hpp"
#include "storage/sqlite_recording_store.hpp"

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

class DamageTest : public testing::Test {
 protected:
  fs::path path(const char* name) const { return folder_.path() / name; }

  Result<SqliteRecordingStore> open() const {
    return SqliteRecordingStore::open(folder_.path(), example_listening_copy);
  }

  /// Recordings that lie in the database, the log being empty.
  [[nodiscard]] std::vector<Recording> fill(int count) const {
    std::vector<Recording> recordings;
    Result<SqliteRecordingStore> store = open();
    for (int i = 0; i < count; ++i) {
      recordings.push_back(example_recording(i));
      const StoredAudio audio = large_audio(recordings.back());
      EXPECT_TRUE(store->insert(recordings.back(), audio, {}));
    }
    return recordings;
  }

  /// More than fits into one page.
  static StoredAudio large_audio(const Recording& recording) {
    StoredAudio audio = example_audio(recording);
    std::mt19937 random(static_cast<unsigned>(recording.received_at.time_since_epoch().count()));
    for (int i = 0; i < 20'000; ++i) audio.bytes.push_back(std::byte(random() & 0xFFU));
    return audio;
  }

  void expect_refused(const char* reason) const {
    const std::string before = read(path("auscult.db"));
    const Result<SqliteRecordingStore> store = open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::storage_failure);
    EXPECT_THAT(store.error().message, HasSubstr(path("auscult.db").string()));
    EXPECT_THAT(store.error().message, HasSubstr(reason));
    EXPECT_EQ(read(path("auscult.db")), before) << "it was changed";
  }

  TemporaryFolder folder_;
};

TEST_F(DamageTest, RefusesADatabaseOfNoBytes) {
  (void)fill(3);
  write(path("auscult.db"), "");
  expect_refused("restore a backup");
}

TEST_F(DamageTest, RefusesALogWithoutItsDatabase) {
  (void)fill(1);
  fs::remove(path("auscult.db"));
  write(path("auscult.db-wal"), std::string(4'096, 'x'));
  const Result<SqliteRecordingStore> store = open();
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("is missing, but its log"));
  EXPECT_FALSE(fs::exists(path("auscult.db")));
}

TEST_F(DamageTest, BeginsAnewWhereACrashCameBeforeTheFirstDatabaseHadItsName) {
  write(path(".auscult.db.new"), "half");
  const Result<SqliteRecordingStore> store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_FALSE(fs::exists(path(".auscult.db.new")));
}

TEST_F(DamageTest, SaysThatTheSoundIsDamagedAndStillGivesTheRest) {
  const std::vector<Recording> recordings = fill(3);
  std::string content = read(path("auscult.db"));
  const std::size_t place = content.find("sound of " + recordings[1].id);
  ASSERT_NE(place, std::string::npos);
  content[place + 2] = static_cast<char>(content[place + 2] ^ 0x10);
  write(path("auscult.db"), content);

  const Result<SqliteRecordingStore> store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(*store->find(recordings[1].id), recordings[1]);
  const Result<StoredAudio> damaged = store->find_audio(recordings[1].id);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(damaged.error().message, HasSubstr(recordings[1].id));
  EXPECT_THAT(damaged.error().message, HasSubstr("restore a backup"));
  EXPECT_EQ(*store->find_audio(recordings[2].id), large_audio(recordings[2]));
}

TEST_F(DamageTest, StartsThoughTheLatestRecordingIsDamagedAndCanDeleteIt) {
  const std::vector<Recording> recordings = fill(2);
  std::string content = read(path("auscult.db"));
  // The text of the recording, not its entries in indexes.
  const std::size_t place = content.rfind(R"({"id":")" + recordings[1].id);
  ASSERT_NE(place, std::string::npos);
  const std::size_t confidence = content.find("\"confidence\":60", place);
  ASSERT_NE(confidence, std::string::npos);
  content[confidence + 13] = '9';
  write(path("auscult.db"), content);

  Result<SqliteRecordingStore> store = open();
  ASSERT_TRUE(store) << store.error().message;
  const Result<Recording> latest = store->latest(std::nullopt);
  ASSERT_FALSE(latest);
  EXPECT_THAT(latest.error().message, HasSubstr(recordings[1].id + " is damaged on disk"));
  EXPECT_EQ(*store->find(recordings[0].id), recordings[0]);
  ASSERT_TRUE(store->remove(recordings[1].id, now()));
  EXPECT_EQ(*store->latest(std::nullopt), recordings[0]);
}

// Some bytes anywhere, as a bad sector or another program leaves them, 30 times.
TEST_F(DamageTest, GivesNothingThatIsNotWhatWasStoredWhateverBytesWereOverwritten) {
  const std::vector<Recording> recordings = fill(8);
  const std::string whole = read(path("auscult.db"));
  std::mt19937 random(20261125);
  int refused = 0;
  int damaged = 0;
  int unharmed = 0;
  for (int round = 0; round < 30; ++round) {
    std::string content = whole;
    const std::size_t place = random() % content.size();
    const std::size_t count = std::min<std::size_t>(1 + random() % 600, content.size() - place);
    for (std::size_t i = 0; i < count; ++i) content[place + i] = static_cast<char>(random());
    write(path("auscult.db"), content);
    for (const char* name : {"auscult.db-wal", "auscult.db-shm"}) fs::remove(path(name));

    const Result<SqliteRecordingStore> store = open();
    if (!store) {
      ++refused;
      EXPECT_EQ(store.error().code, ErrorCode::storage_failure);
      EXPECT_THAT(store.error().message, HasSubstr("auscult.db")) << "round " << round;
      continue;
    }
    for (const Recording& recording : recordings) {
      if (const Result<Recording> found = store->find(recording.id)) {
        EXPECT_EQ(*found, recording) << "round " << round;
      }
      const Result<StoredAudio> audio = store->find_audio(recording.id);
      if (!audio) {
        ++damaged;
      } else {
        ++unharmed;
        EXPECT_EQ(*audio, large_audio(recording)) << "round " << round;
      }
    }
  }
  // Every kind must have occurred, or this has tried nothing.
  EXPECT_GT(refused, 0);
  EXPECT_GT(damaged, 0);
  EXPECT_GT(unharmed, 0);
}

/// What a killed process leaves: a database and a log that holds everything since.
TEST_F(DamageTest, KeepsWhatComesBeforeTheEndOfALogThatWasCutShort) {
  std::vector<Recording> recordings;
  std::string database;
  std::string log;
  {
    Result<SqliteRecordingStore> store = open();
    ASSERT_TRUE(store);
    for (int i = 0; i < 10; ++i) {
      recordings.push_back(example_recording(i));
      ASSERT_TRUE(insert_example(*store, recordings.back()));
    }
    database = read(path("auscult.db"));
    log = read(path("auscult.db-wal"));
  }
  ASSERT_GT(log.size(), 10'000U);
  std::size_t most = 0;
  for (const double part : {0.0, 0.1, 0.35, 0.6, 0.9, 0.999, 1.0}) {
    write(path("auscult.db"), database);
    fs::remove(path("auscult.db-shm"));
    write(path("auscult.db-wal"),
          std::string_view(log).substr(
              0, static_cast<std::size_t>(part * static_cast<double>(log.size()))));
    const Result<SqliteRecordingStore> store = open();
    ASSERT_TRUE(store) << store.error().message;
    // The first so many, whole, and none after them.
    ListQuery query;
    query.limit = limits::kMaxPageSize;
    const std::vector<Recording> kept = store->list(query)->recordings;
    ASSERT_LE(kept.size(), recordings.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Recording& expected = recordings[kept.size() - 1 - i];
      EXPECT_EQ(kept[i], expected);
      EXPECT_EQ(*store->find_audio(expected.id), example_audio(expected));
    }
    EXPECT_GE(kept.size(), most);
    most = kept.size();
    Result<Database> checked = Database::open(path("auscult.db"), Database::Mode::read_only);
    EXPECT_EQ(*checked->query_text("PRAGMA integrity_check"), "ok");
  }
  EXPECT_EQ(most, recordings.size());
}

TEST_F(DamageTest, GivesTheSpaceOfWhatWasDeletedBackToTheDisk) {
  Result<SqliteRecordingStore> store = open();
  ASSERT_TRUE(store);
  for (int i = 0; i < 100; ++i) {
    const Recording recording = example_recording(i);
    ASSERT_TRUE(store->insert(recording, large_audio(recording), {}));
  }
  Retention retention;
  retention.received_before = example_recording(1'000).received_at;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(store->retire(retention));
    ASSERT_TRUE(store->shrink());
  }
  EXPECT_LT(fs::file_size(path("auscult.db")), 1'000'000U) << "of more than two million";
  Result<Database> checked = Database::open(path("auscult.db"), Database::Mode::read_only);
  EXPECT_EQ(*checked->query_text("PRAGMA integrity_check"), "ok");
}

// Version 2 as it was released could not give space back.
TEST_F(DamageTest, LetsAnOlderDatabaseShrinkToo) {
  (void)fill(2);
  {
    Result<Database> old = Database::open(path("auscult.db"), Database::Mode::read_write);
    ASSERT_TRUE(old->execute("PRAGMA auto_vacuum = NONE; VACUUM"));
    ASSERT_EQ(*old->query_integer("PRAGMA auto_vacuum"), 0);
  }
  {
    const Result<SqliteRecordingStore> store = open();
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(store->list({})->recordings.size(), 2U);
  }
  Result<Database> renewed = Database::open(path("auscult.db"), Database::Mode::read_only);
  EXPECT_EQ(*renewed->query_integer("PRAGMA auto_vacuum"), 2);
}

TEST_F(DamageTest, GoesOnReadingWhenItsFolderCannotBeWrittenAnyMore) {
  Result<SqliteRecordingStore> store = open();
  ASSERT_TRUE(store);
  const Recording first = example_recording(1);
  ASSERT_TRUE(insert_example(*store, first));
  // Root may write anywhere, hence another user for this test.
  constexpr uid_t kNobody = 65'534;
  const bool root = ::geteuid() == 0;
  fs::permissions(folder_.path(), fs::perms(0555));
  if (root && ::seteuid(kNobody) != 0) GTEST_SKIP() << "root cannot become another user here";
  const Status inserted = insert_example(*store, example_recording(2));
  const Result<Recording> found = store->find(first.id);
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(folder_.path(), fs::perms(0755));
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(inserted.error().message, HasSubstr("can be written"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, first);
  EXPECT_TRUE(insert_example(*store, example_recording(2)));
}

}  // namespace
}  // namespace auscult::storage
