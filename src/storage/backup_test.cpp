#include "storage/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "json/json.hpp"
#include "storage/sqlite.hpp"
#include "storage/sqlite_recording_store.hpp"

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BackupTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] fs::path other() const { return folder_.path() / "other"; }
  [[nodiscard]] fs::path copy() const { return folder_.path() / "copy.db"; }

  static SqliteRecordingStore open(const fs::path& folder) {
    Result<SqliteRecordingStore> store = SqliteRecordingStore::open(folder, example_listening_copy);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  static std::vector<Recording> all_of(const SqliteRecordingStore& store) {
    ListQuery query;
    query.limit = limits::kMaxPageSize;
    return store.list(query)->recordings;
  }

  /// `count` recordings in a store that is closed again.
  static void fill(const fs::path& folder, int count) {
    SqliteRecordingStore store = open(folder);
    for (int i = 0; i < count; ++i) EXPECT_TRUE(insert_example(store, example_recording(i)));
  }

  [[nodiscard]] BackupReport back_up_to(const fs::path& target) const {
    const Result<BackupReport> report = back_up(data(), target, now());
    EXPECT_TRUE(report) << report.error().message;
    return *report;
  }

  static void spoil(const fs::path& file, const std::string& text) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    const std::size_t place = content.find(text);
    ASSERT_NE(place, std::string::npos);
    stream.clear();
    stream.seekp(static_cast<std::streamoff>(place));
    stream.put(static_cast<char>(content[place] ^ 1));
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(BackupTest, RestoresToWhatThereWas) {
  std::vector<Recording> before;
  {
    SqliteRecordingStore store = open(data());
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(insert_example(store, example_recording(i)));
    before = all_of(store);
    ASSERT_TRUE(store.review(before[3].id, {.note = "mine", .label = "Murmur"}, now()));
    before = all_of(store);
    // In use while it is copied.
    const BackupReport report = back_up_to(copy());
    EXPECT_EQ(report.recordings, 12);
    EXPECT_EQ(report.bytes, static_cast<std::int64_t>(fs::file_size(copy())));
  }
  const Result<RestoreReport> restored = restore_backup(copy(), other(), Overwrite::refuse, now());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->recordings, 12);
  EXPECT_FALSE(restored->replaced);
  const SqliteRecordingStore store = open(other());
  EXPECT_EQ(all_of(store), before);
  for (const Recording& recording : before) {
    EXPECT_EQ(*store.find_audio(recording.id), example_audio(recording));
  }
  EXPECT_EQ(*store.data_json(), json::data_json(before.front().result));
}

TEST_F(BackupTest, IsOfOneMomentWhileRecordingsAreStored) {
  SqliteRecordingStore store = open(data());
  std::atomic<bool> done = false;
  std::atomic<int> stored = 0;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      if (insert_example(store, example_recording(i))) ++stored;
    }
  });
  for (int round = 0; round < 3; ++round) {
    while (stored < 5 * (round + 1)) std::this_thread::yield();
    const int at_least = stored;
    const fs::path file = copy().string() + std::to_string(round);
    const Result<BackupReport> report = back_up(data(), file, now());
    EXPECT_TRUE(report) << report.error().message;
    if (!report) break;
    // Everything that was acknowledged before is in it, and each with its sound.
    EXPECT_GE(report->recordings, at_least);
    Result<Database> copied = Database::open(file, Database::Mode::read_only);
    EXPECT_EQ(*copied->query_integer("SELECT count(*) FROM audio"), report->recordings);
    EXPECT_EQ(*copied->query_integer("SELECT max(sequence) FROM recordings"), report->recordings);
    EXPECT_EQ(*copied->query_text("PRAGMA integrity_check"), "ok");
  }
  done = true;
  writer.join();
}

TEST_F(BackupTest, IsNamedAfterTheTimeInAFolder) {
  fill(data(), 1);
  fs::create_directory(other());
  const Result<BackupReport> report =
      back_up(data(), other(), *parse_timestamp("2026-11-22T09:30:00.125Z"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->file, other() / "auscult-20261122T093000125Z.db");
  EXPECT_EQ(std::distance(fs::directory_iterator(other()), fs::directory_iterator()), 1);
}

TEST_F(BackupTest, DoesNotOverwriteABackup) {
  fill(data(), 1);
  std::ofstream(copy()) << "precious";
  const Result<BackupReport> report = back_up(data(), copy(), now());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("exists already"));
  EXPECT_EQ(fs::file_size(copy()), 8U);
}

TEST_F(BackupTest, SaysThatThereIsNoStore) {
  const Result<BackupReport> report = back_up(data(), copy(), now());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::not_found);
  EXPECT_THAT(report.error().message, HasSubstr(data().string()));
  EXPECT_FALSE(fs::exists(copy()));
}

TEST_F(BackupTest, LeavesNoCopyOfADamagedSound) {
  fill(data(), 3);
  spoil(data() / "auscult.db", "sound of ");
  const Result<BackupReport> report = back_up(data(), copy(), now());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("damaged"));
  EXPECT_FALSE(fs::exists(copy()));
}

TEST_F(BackupTest, RestoresLargeSoundsAndLeavesNoCopyOfADamagedOne) {
  const Recording recording = example_recording(1);
  const StoredAudio audio = large_example_audio(recording);
  ASSERT_TRUE(open(data()).insert(recording, audio, {}));
  (void)back_up_to(copy());
  ASSERT_TRUE(restore_backup(copy(), other(), Overwrite::refuse, now()));
  EXPECT_TRUE(*open(other()).find_audio(recording.id) == audio);
  fs::remove(copy());
  spoil(data() / "auscult.db", "sound of ");
  const Result<BackupReport> report = back_up(data(), copy(), now());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("damaged"));
  EXPECT_FALSE(fs::exists(copy()));
}

// Version 7 had large sounds where the small ones are.
TEST_F(BackupTest, RestoresABackupOfVersionSeven) {
  const Recording recording = example_recording(1);
  const StoredAudio audio = large_example_audio(recording);
  ASSERT_TRUE(open(data()).insert(recording, audio, {}));
  (void)back_up_to(copy());
  {
    Result<Database> old = Database::open(copy(), Database::Mode::read_write);
    ASSERT_TRUE(old->execute(
        "UPDATE audio SET bytes = large_bytes; ALTER TABLE audio DROP COLUMN large_bytes; "
        "PRAGMA user_version = 7"));
  }
  const Result<RestoreReport> restored = restore_backup(copy(), other(), Overwrite::refuse, now());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(*open(other()).find_audio(recording.id) == audio);
}

TEST_F(BackupTest, RefusesADamagedBackupAndLeavesTheFolderAlone) {
  fill(data(), 3);
  (void)back_up_to(copy());
  spoil(copy(), "sound of ");
  const Result<RestoreReport> restored = restore_backup(copy(), other(), Overwrite::refuse, now());
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().message, HasSubstr("damaged"));
  EXPECT_FALSE(fs::exists(other() / "auscult.db"));
}

TEST_F(BackupTest, RefusesAFileThatIsNoBackup) {
  std::ofstream(copy()) << "This is no database, but it is long enough to look at for a while.";
  EXPECT_FALSE(restore_backup(copy(), other(), Overwrite::refuse, now()));
  fs::remove(copy());
  const Result<RestoreReport> missing = restore_backup(copy(), other(), Overwrite::refuse, now());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

TEST_F(BackupTest, DoesNotRestoreOverRecordingsUnlessToldSoAndThenKeepsThem) {
  fill(data(), 3);
  (void)back_up_to(copy());
  fill(other(), 5);
  const Result<RestoreReport> refused = restore_backup(copy(), other(), Overwrite::refuse, now());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("--replace"));
  EXPECT_EQ(all_of(open(other())).size(), 5U);

  const Result<RestoreReport> restored = restore_backup(copy(), other(), Overwrite::allow, now());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(all_of(open(other())).size(), 3U);
  ASSERT_TRUE(restored->replaced);
  Result<Database> kept = Database::open(*restored->replaced, Database::Mode::read_only);
  EXPECT_EQ(*kept->query_integer("SELECT count(*) FROM recordings"), 5);
}

TEST_F(BackupTest, RestoresOverADamagedStoreOnlyWhenToldSo) {
  fill(data(), 3);
  (void)back_up_to(copy());
  std::ofstream(data() / "auscult.db") << "damaged";
  EXPECT_FALSE(restore_backup(copy(), data(), Overwrite::refuse, now()));
  const Result<RestoreReport> restored = restore_backup(copy(), data(), Overwrite::allow, now());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(all_of(open(data())).size(), 3U);
}

TEST_F(BackupTest, DoesNotRestoreIntoAFolderThatIsInUse) {
  fill(data(), 3);
  (void)back_up_to(copy());
  const SqliteRecordingStore store = open(other());
  const Result<RestoreReport> restored = restore_backup(copy(), other(), Overwrite::allow, now());
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().message, HasSubstr("in use by another auscult"));
}

}  // namespace
}  // namespace auscult::storage
