// Kills a process that stores recordings, again and again, and holds the store to its promise.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>
#include <string>
#include <vector>

#include "json/json.hpp"
#include "storage/files.hpp"
#include "storage/sqlite.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

constexpr std::size_t kIdSize = 36;

/// In the child: stores recordings for ever, each id to `acknowledgements` once insert() returned.
[[noreturn]] void store_until_killed(const std::filesystem::path& folder, int acknowledgements) {
  Result<SqliteRecordingStore> store = SqliteRecordingStore::open(folder, example_listening_copy);
  if (!store) ::_exit(1);
  for (int i = 0;; ++i) {
    const Recording recording = example_recording(i, "ward-3", i % 5);
    if (!insert_example(*store, recording)) ::_exit(2);
    if (::write(acknowledgements, recording.id.data(), kIdSize) != kIdSize) ::_exit(3);
  }
}

/// Reads whole ids until `count` of them, or all that come if the writer's end is closed.
std::vector<std::string> read_ids(int acknowledgements, int count) {
  std::vector<std::string> ids;
  std::array<char, kIdSize> id{};
  while (static_cast<int>(ids.size()) < count &&
         ::read(acknowledgements, id.data(), kIdSize) == kIdSize) {
    ids.emplace_back(id.data(), kIdSize);
  }
  return ids;
}

/// Starts a storing process and kills it in the middle of something, after at least `least`
/// acknowledgements. Returns every id that it acknowledged.
std::vector<std::string> store_and_kill(const std::filesystem::path& folder, int least,
                                        int spin_count) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor input(ends[0]);
  FileDescriptor output(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) store_until_killed(folder, output.get());
  output = FileDescriptor(-1);

  std::vector<std::string> ids = read_ids(input.get(), least);
  for (volatile int spin = 0; spin < spin_count;) spin = spin + 1;
  ::kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself, status " << status;
  for (std::string& id : read_ids(input.get(), 1'000'000)) ids.push_back(std::move(id));
  return ids;
}

TEST(Crash, LosesNoAcknowledgedRecording) {
  const TemporaryFolder folder;
  std::mt19937 random(20261122);
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 12; ++round) {
    const auto least = static_cast<int>(random() % 8);
    const auto spin_count = static_cast<int>(random() % 20'000'000);
    for (std::string& id : store_and_kill(folder.path(), least, spin_count)) {
      acknowledged.push_back(std::move(id));
    }

    // What other programs see before anything was mended.
    const Result<std::string> left = read_file(folder.path() / "data.json", 1'000);
    if (left) {
      EXPECT_TRUE(json::Json::accept(*left)) << *left;
    } else {
      EXPECT_EQ(left.error().code, ErrorCode::not_found);
    }

    const Result<SqliteRecordingStore> store =
        SqliteRecordingStore::open(folder.path(), example_listening_copy);
    ASSERT_TRUE(store) << store.error().message;
    for (const std::string& id : acknowledged) {
      const Result<Recording> found = store->find(id);
      ASSERT_TRUE(found) << "round " << round << ": " << found.error().message;
      ASSERT_EQ(*store->find_audio(id), example_audio(*found));
    }
    if (const Result<Recording> latest = store->latest(std::nullopt)) {
      EXPECT_EQ(*store->data_json(), json::data_json(latest->result));
    }
    Result<Database> database =
        Database::open(folder.path() / "auscult.db", Database::Mode::read_only);
    ASSERT_TRUE(database);
    EXPECT_EQ(*database->query_text("PRAGMA integrity_check"), "ok");
    // At most one in each round was committed and not yet acknowledged.
    const auto stored = *database->query_integer("SELECT count(*) FROM recordings");
    EXPECT_LE(stored, static_cast<std::int64_t>(acknowledged.size()) + round + 1);
  }
  EXPECT_GT(acknowledged.size(), 20U);
}

}  // namespace
}  // namespace auscult::storage
