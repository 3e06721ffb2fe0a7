// `auscult store`, run as a library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "run_cli.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"
#include "support/postgres_cluster.hpp"

namespace auscult::cli {
namespace {

using postgres_test::PostgresCluster;
using ::testing::HasSubstr;
using ::testing::Not;

Outcome store(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "store");
  return run_cli(arguments);
}

/// A store in a folder with three recordings.
class StoreCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened =
        storage::SqliteRecordingStore::open(from_.path(), storage::example_listening_copy);
    ASSERT_TRUE(opened) << opened.error().message;
    for (int i = 0; i < 3; ++i) {
      latest_ = storage::example_recording(i);
      ASSERT_TRUE(storage::insert_example(*opened, latest_));
    }
  }
  static Outcome copy(const std::string& from, const std::string& to,
                      const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"copy", "--from", from, "--to", to};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return store(arguments);
  }
  void expect_the_store_in(const TemporaryFolder& folder) const {
    const auto opened =
        storage::SqliteRecordingStore::open(folder.path(), storage::example_listening_copy);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->size()->recordings, 3);
    EXPECT_EQ(*opened->latest(std::nullopt), latest_);
    EXPECT_TRUE(opened->data_json());
  }

  TemporaryFolder from_;
  TemporaryFolder to_;
  Recording latest_;
};

TEST_F(StoreCommandTest, CopiesAFolderIntoAnother) {
  const Outcome copied = copy(from_.path(), to_.path());
  EXPECT_EQ(copied.status, 0) << copied.err;
  EXPECT_THAT(copied.out, HasSubstr("3 recordings, of which 3 were copied now"));
  const Outcome again = copy(from_.path(), to_.path());
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("--resume"));
  EXPECT_THAT(copy(from_.path(), to_.path(), {"--resume"}).out, HasSubstr("0 were copied now"));
  expect_the_store_in(to_);
  // Used by now.
  EXPECT_THAT(copy(from_.path(), to_.path(), {"--resume"}).err, HasSubstr("--replace"));
  EXPECT_EQ(copy(from_.path(), to_.path(), {"--replace"}).status, 0);
}

TEST_F(StoreCommandTest, CopiesIntoADatabaseAndBack) {
  if (PostgresCluster::shared() == nullptr) GTEST_SKIP() << PostgresCluster::missing();
  const std::string url = PostgresCluster::shared()->make_schema();
  const Outcome there = copy(from_.path(), url);
  EXPECT_EQ(there.status, 0) << there.err;
  const Outcome back = copy(url, to_.path());
  EXPECT_EQ(back.status, 0) << back.err;
  expect_the_store_in(to_);
}

TEST_F(StoreCommandTest, BringsAStoreUpToDate) {
  const std::string version = "version " + std::to_string(storage::schema_version());
  EXPECT_THAT(store({"migrate", to_.path()}).out, HasSubstr(version));
  if (PostgresCluster::shared() == nullptr) GTEST_SKIP() << PostgresCluster::missing();
  EXPECT_THAT(store({"migrate", PostgresCluster::shared()->make_schema()}).out, HasSubstr(version));
}

TEST_F(StoreCommandTest, SaysWhatIsWrongAndNoPassword) {
  EXPECT_THAT(copy(to_.path(), from_.path()).err, HasSubstr("no store in this folder"));
  EXPECT_THAT(copy(from_.path(), to_.path(), {"--resume", "--replace"}).err,
              HasSubstr("exclude each other"));
  for (const char* url : {"postgresql://me:secret@127.0.0.1:1/hearts",
                          "postgresql://me:sec%ret@127.0.0.1:1/hearts"}) {
    for (const Outcome& outcome : {copy(from_.path(), url), store({"migrate", url})}) {
      EXPECT_EQ(outcome.status, 1);
      EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("sec")));
    }
  }
}

}  // namespace
}  // namespace auscult::cli
