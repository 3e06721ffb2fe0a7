// What the store in a folder promises beyond the contract of every store (tests/storage_contract):
// its files, and what it does when they are damaged, missing or cannot be written.
#include "storage/sqlite_recording_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "json/json.hpp"
#include "storage/job_store.hpp"
#include "storage/sqlite.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

void write(const std::filesystem::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class RecordingStoreTest : public testing::Test {
 protected:
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }

  Result<SqliteRecordingStore> try_open() {
    return SqliteRecordingStore::open(folder_.path(), example_listening_copy);
  }

  SqliteRecordingStore open() {
    Result<SqliteRecordingStore> store = try_open();
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  /// The stored recordings of a store that is closed again.
  Recording fill(int count) {
    SqliteRecordingStore store = open();
    Recording last;
    for (int i = 0; i < count; ++i) {
      last = example_recording(i);
      EXPECT_TRUE(insert_example(store, last));
    }
    return last;
  }

  void expect_refused(const char* reason) {
    const Result<SqliteRecordingStore> store = try_open();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::storage_failure);
    EXPECT_THAT(store.error().message, HasSubstr(path("auscult.db").string()));
    EXPECT_THAT(store.error().message, HasSubstr(reason));
  }

  static std::string listening_copy_of(const Recording& recording) {
    const auto copy = *example_listening_copy(example_audio(recording), recording.gain);
    return {reinterpret_cast<const char*>(copy.data()), copy.size()};
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(RecordingStoreTest, WritesTheAnswerAndTheListeningCopyOfTheLatest) {
  const Recording last = fill(2);
  EXPECT_EQ(read(path("data.json")), R"({"class": "Normal", "confidence": 60.0})");
  EXPECT_EQ(read(path("output_audio.wav")), listening_copy_of(last));
}

TEST_F(RecordingStoreTest, HasNeitherFileWhenItIsEmpty) {
  fill(0);
  EXPECT_FALSE(std::filesystem::exists(path("data.json")));
  EXPECT_FALSE(std::filesystem::exists(path("output_audio.wav")));
}

TEST_F(RecordingStoreTest, FollowsTheRemovalOfTheLatestInBothFiles) {
  const Recording first = example_recording(1, "ward-3", 1);
  const Recording second = example_recording(2, "ward-3", 2);
  SqliteRecordingStore store = open();
  ASSERT_TRUE(insert_example(store, first));
  ASSERT_TRUE(insert_example(store, second));
  ASSERT_TRUE(store.remove(second.id, now()));
  EXPECT_EQ(read(path("data.json")), json::data_json(first.result));
  EXPECT_EQ(read(path("output_audio.wav")), listening_copy_of(first));
  ASSERT_TRUE(store.remove(first.id, now()));
  EXPECT_FALSE(std::filesystem::exists(path("data.json")));
  EXPECT_FALSE(std::filesystem::exists(path("output_audio.wav")));
}

TEST_F(RecordingStoreTest, OverwritesTheBytesOfAPurgedRecording) {
  const std::string secret = "nobody may ever read this sound again";
  SqliteRecordingStore store = open();
  const Recording recording = example_recording(1);
  ASSERT_TRUE(store.insert(recording, {"audio/flac", bytes_of_text(secret)}, {}));
  EXPECT_THAT(read(path("auscult.db")) + read(path("auscult.db-wal")), HasSubstr(secret));
  ASSERT_TRUE(store.review(recording.id, {.note = secret, .label = {}}, now()));
  ASSERT_TRUE(store.remove(recording.id, now()));
  ASSERT_TRUE(store.purge(now()));
  EXPECT_THAT(read(path("auscult.db")) + read(path("auscult.db-wal")), Not(HasSubstr(secret)));
}

TEST_F(RecordingStoreTest, MendsTheFilesThatACrashLeftBehind) {
  const Recording last = fill(2);
  const std::string answer = read(path("data.json"));
  for (const char* left : {"", R"({"class": "Nor)", R"({"class": "Murmur", "confidence": 1.0})"}) {
    write(path("data.json"), left);
    write(path("output_audio.wav"), left);
    write(path(".data.json.tmp"), left);
    open();
    EXPECT_EQ(read(path("data.json")), answer);
    EXPECT_EQ(read(path("output_audio.wav")), listening_copy_of(last));
  }
  std::filesystem::remove(path("data.json"));
  std::filesystem::remove(path("output_audio.wav"));
  open();
  EXPECT_EQ(read(path("data.json")), answer);
  EXPECT_EQ(read(path("output_audio.wav")), listening_copy_of(last));
}

TEST_F(RecordingStoreTest, DeletesTheAnswerOfARecordingThatIsGone) {
  const Recording last = fill(1);
  ASSERT_TRUE(open().remove(last.id, now()));
  write(path("data.json"), R"({"class": "Murmur", "confidence": 1.0})");
  open();
  EXPECT_FALSE(std::filesystem::exists(path("data.json")));
}

TEST_F(RecordingStoreTest, LeavesThePrototypesAnswerUntilSomethingIsStored) {
  const std::string before = R"({"class": "Murmur", "confidence": 1.0})";
  fill(0);
  write(path("data.json"), before);
  EXPECT_EQ(*open().data_json(), before);
  const Recording first = fill(1);
  EXPECT_EQ(*open().data_json(), json::data_json(first.result));
}

TEST_F(RecordingStoreTest, OpensWithoutAListeningCopyIfNoneCanBeMade) {
  const Recording last = fill(1);
  const auto cannot = [](const StoredAudio&, double) -> Result<std::vector<std::byte>> {
    return fail(ErrorCode::malformed_audio, "damaged");
  };
  const auto store = SqliteRecordingStore::open(path("").parent_path(), cannot);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_FALSE(std::filesystem::exists(path("output_audio.wav")));
  EXPECT_EQ(*store->data_json(), json::data_json(last.result));
}

TEST_F(RecordingStoreTest, SaysWhyDataJsonCannotBeGiven) {
  SqliteRecordingStore store = open();
  ASSERT_TRUE(insert_example(store, example_recording(1)));
  write(path("data.json"), "{\"class\": ");
  Result<std::string> text = store.data_json();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(text.error().message, HasSubstr("data.json"));
  std::filesystem::remove(path("data.json"));
  text = store.data_json();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::not_found);
}

TEST_F(RecordingStoreTest, RefusesToBeOpenedTwice) {
  const SqliteRecordingStore first = open();
  const Result<SqliteRecordingStore> second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(second.error().message, HasSubstr("in use by another auscult"));
}

TEST_F(RecordingStoreTest, RefusesAFileThatIsNoDatabase) {
  write(path("auscult.db"), "This was never a database, and it is longer than a header.");
  expect_refused("no SQLite database");
}

TEST_F(RecordingStoreTest, RefusesADatabaseWithABrokenHeader) {
  fill(3);
  std::string content = read(path("auscult.db"));
  content.replace(0, 16, 16, 'x');
  write(path("auscult.db"), content);
  expect_refused("restore a backup");
}

TEST_F(RecordingStoreTest, RefusesATruncatedDatabase) {
  fill(20);
  std::filesystem::resize_file(path("auscult.db"),
                               std::filesystem::file_size(path("auscult.db")) / 2);
  expect_refused("restore a backup");
}

TEST_F(RecordingStoreTest, RefusesADatabaseWithOverwrittenPages) {
  fill(20);
  std::string content = read(path("auscult.db"));
  for (std::size_t i = 4'096; i < content.size(); ++i) content[i] = static_cast<char>(i * i % 251);
  write(path("auscult.db"), content);
  expect_refused("damaged");
}

TEST_F(RecordingStoreTest, RefusesADatabaseOfANewerVersion) {
  fill(1);
  ASSERT_TRUE(Database::open(path("auscult.db"), Database::Mode::read_write)
                  ->execute("PRAGMA user_version = 99"));
  expect_refused("newer auscult");
}

TEST_F(RecordingStoreTest, RefusesAFolderThatIsAFile) {
  write(path("file"), "");
  const auto store = SqliteRecordingStore::open(path("file"), example_listening_copy);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(store.error().message, HasSubstr(path("file").string()));
}

TEST_F(RecordingStoreTest, RefusesAFolderThatItMayNotWriteTo) {
  // Root may write anywhere, hence another user for this test.
  constexpr uid_t kNobody = 65'534;
  const bool root = ::geteuid() == 0;
  std::filesystem::permissions(path("").parent_path(), std::filesystem::perms(0555));
  if (root && ::seteuid(kNobody) != 0) GTEST_SKIP() << "root cannot become another user here";
  const Result<SqliteRecordingStore> store = try_open();
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  std::filesystem::permissions(path("").parent_path(), std::filesystem::perms(0755));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(store.error().message, HasSubstr(path("").parent_path().string()));
  EXPECT_THAT(store.error().message, HasSubstr("Permission denied"));
}

/// No file of this process may grow past `bytes`, as if the disk were full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    (void)std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

TEST_F(RecordingStoreTest, StoresNothingOnAFullDiskAndGoesOnWhenThereIsSpaceAgain) {
  SqliteRecordingStore store = open();
  const Recording first = example_recording(1, "ward-3", 1);
  ASSERT_TRUE(insert_example(store, first));
  const Recording second = example_recording(2);
  const std::vector<std::byte> large(3'000'000, std::byte{1});
  const StoredAudio large_audio{"audio/flac", large};
  const StoredAudio small_audio{"audio/flac", bytes_of_text("small")};
  CollectedAudio collected{"audio/flac", store.new_kept_copy()};
  ASSERT_TRUE(collected.bytes.append(large));
  // As much as fits into memory as a whole.
  const StoredAudio whole_audio{"audio/flac",
                                std::vector<std::byte>(Spool::kInMemoryBytes, std::byte{1})};
  {
    const FullDisk full(1'000'000);
    // Where the sound is collected, the database, once block by block and once as a whole, then the
    // listening copy, is what does not fit.
    for (const Status& inserted :
         {store.insert(second, large_audio, {}),
          store.insert(second, collected, store.new_listening_copy(), {}),
          store.insert(second, whole_audio, {}), store.insert(second, small_audio, large)}) {
      ASSERT_FALSE(inserted);
      EXPECT_EQ(inserted.error().code, ErrorCode::storage_failure);
      EXPECT_THAT(inserted.error().message, HasSubstr(path("").parent_path().string()));
      EXPECT_THAT(inserted.error().message, HasSubstr("free some space"));
    }
  }
  EXPECT_EQ(store.find(second.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(*store.latest(std::nullopt), first);
  EXPECT_EQ(read(path("data.json")), json::data_json(first.result));
  EXPECT_EQ(read(path("output_audio.wav")), listening_copy_of(first));
  EXPECT_TRUE(insert_example(store, second));
  EXPECT_EQ(*store.latest(std::nullopt), second);
}

TEST_F(RecordingStoreTest, OneThatCannotBeStoredFailsAlone) {
  SqliteRecordingStore store = open();
  const Recording known = example_recording(1);
  ASSERT_TRUE(insert_example(store, known));
  std::vector<std::string> told;  // Guarded by the store, which tells of one after the other.
  store.listen([&](const Change& change) { told.push_back(change.id); });
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 6; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 10; ++i) {
          const bool is_twin = thread % 2 == 1;
          const Recording recording = is_twin ? known : example_recording(100 * thread + i);
          const Status inserted =
              store.insert(recording, {"audio/flac", bytes_of_text("sound")}, bytes_of_text("wav"));
          EXPECT_EQ(bool(inserted), !is_twin);
          refused += inserted ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(refused, 30);
  ASSERT_EQ(told.size(), 30U);
  EXPECT_EQ(store.latest(std::nullopt)->id, told.back());
  const auto recordings = store.stored_after(known.id, 100);
  ASSERT_TRUE(recordings);
  std::vector<std::string> stored;
  for (const Recording& recording : *recordings) stored.push_back(recording.id);
  EXPECT_EQ(stored, told) << "it tells in the order of the store";
}

TEST_F(RecordingStoreTest, StoresALargeSoundInLittleMemory) {
  constexpr std::int64_t kLittle = std::int64_t{4} << 20U;
  SqliteRecordingStore store = open();
  const Recording recording = example_recording(1);
  CollectedAudio sound{"audio/flac", store.new_kept_copy()};
  const std::vector<std::byte> piece(Spool::kInMemoryBytes, std::byte{7});
  while (sound.bytes.size() < 6 * kLittle) ASSERT_TRUE(sound.bytes.append(piece));
  const std::int64_t before = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  ASSERT_TRUE(store.insert(recording, sound, store.new_listening_copy(), {}));
  EXPECT_LT(sqlite3_memory_highwater(0) - before, kLittle);
  EXPECT_EQ(store.find_audio(recording.id)->bytes.size(), sound.bytes.size());
}

TEST_F(RecordingStoreTest, ALargeSoundThatCannotBeStoredFailsAlone) {
  SqliteRecordingStore store = open();
  const Recording known = example_recording(1);
  ASSERT_TRUE(insert_example(store, known));
  // Refused once the sound is written: the job of which it would be the result is nobody's.
  Origin of_no_job;
  of_no_job.job = JobClaim{};
  std::vector<Recording> recordings;
  for (int i = 2; i < 26; ++i) recordings.push_back(example_recording(i));
  const auto is_refused = [](std::size_t i) { return i % 4 == 1; };
  const auto sound_of = [&](std::size_t i) {
    return i % 2 == 0 ? example_audio(recordings[i]) : large_example_audio(recordings[i]);
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = thread; i < recordings.size(); i += 8) {
          const Origin origin = is_refused(i) ? of_no_job : Origin{};
          const Status inserted = store.insert(recordings[i], sound_of(i), {}, origin);
          EXPECT_EQ(bool(inserted), !is_refused(i)) << i;
        }
      });
    }
  }
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    const Result<StoredAudio> audio = store.find_audio(recordings[i].id);
    if (is_refused(i)) {
      EXPECT_EQ(audio.error().code, ErrorCode::not_found) << i;
    } else {
      EXPECT_TRUE(*audio == sound_of(i)) << i;
    }
  }
  Database database = *Database::open(path("auscult.db"), Database::Mode::read_only);
  EXPECT_EQ(*database.query_integer("SELECT count(*) FROM audio"), 1 + 18);
  EXPECT_EQ(*database.query_integer("SELECT count(*) FROM audio WHERE large_bytes IS NOT NULL"), 6);
}

TEST_F(RecordingStoreTest, IsNotReadyWithoutItsFolder) {
  const SqliteRecordingStore store = open();
  std::filesystem::remove_all(path("").parent_path());
  const Status ready = store.check();
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ErrorCode::storage_failure);
}

TEST(SqliteJobs, NeedNotWaitForAProcessThatHasEnded) {
  const TemporaryFolder folder;
  const std::vector<std::byte> body = bytes_of_text("sound");
  NewUploadJob job;
  job.id = new_id(now());
  job.created_at = now();
  job.body = body;
  const auto claim = [&] {
    auto store = SqliteRecordingStore::open(folder.path(), example_listening_copy);
    EXPECT_TRUE(store) << store.error().message;
    JobStore jobs(store->sql());
    EXPECT_TRUE(jobs.enqueue(job, {}));
    const auto claimed = jobs.claim(JobKind::upload, "", now(), std::chrono::hours(1));
    EXPECT_FALSE(*jobs.claim(JobKind::upload, "", now(), std::chrono::hours(1)));
    job.id = new_id(now());
    job.unless_queued = {Timestamp::min(), Timestamp::max()};
    return *claimed;
  };
  const std::optional<Job> first = claim();
  const std::optional<Job> again = claim();
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->attempts, 2);
}

}  // namespace
}  // namespace auscult::storage
