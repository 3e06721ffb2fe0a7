#include "storage/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::HasSubstr;

std::size_t file_count(const TemporaryFolder& folder) {
  const std::filesystem::directory_iterator files(folder.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(PendingFile, LeavesTheOldContentUntilItIsPublished) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "data.json";
  ASSERT_TRUE(PendingFile::write(file, bytes_of_text("old"))->publish());
  Result<PendingFile> pending = PendingFile::write(file, bytes_of_text("new"));
  ASSERT_TRUE(pending);
  EXPECT_EQ(*read_file(file, 10), "old");
  ASSERT_TRUE(pending->publish());
  EXPECT_EQ(*read_file(file, 10), "new");
  EXPECT_EQ(file_count(folder), 1U);
}

TEST(PendingFile, LeavesNothingBehindIfItIsNotPublished) {
  const TemporaryFolder folder;
  ASSERT_TRUE(PendingFile::write(folder.path() / "data.json", bytes_of_text("new")));
  EXPECT_EQ(file_count(folder), 0U);
}

TEST(PendingFile, ReplacesWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "data.json";
  const std::filesystem::path left = folder.path() / ".data.json.tmp";
  ASSERT_TRUE(PendingFile::write(left, bytes_of_text("long and half-writ"))->publish());
  ASSERT_TRUE(PendingFile::write(file, bytes_of_text("new"))->publish());
  EXPECT_EQ(*read_file(file, 10), "new");
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(PendingFile, NamesAPathThatCannotBeWritten) {
  const TemporaryFolder folder;
  const auto pending = PendingFile::write(folder.path() / "missing" / "data.json", {});
  ASSERT_FALSE(pending);
  EXPECT_EQ(pending.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(pending.error().message, HasSubstr((folder.path() / "missing").string()));
}

TEST(ReadFile, TellsAMissingFileFromAnUnreadableOne) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_file(folder.path() / "none", 10).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(folder.path(), 10).error().code, ErrorCode::storage_failure);
}

TEST(ReadFile, RefusesAFileThatIsTooLong) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "data.json";
  ASSERT_TRUE(PendingFile::write(file, bytes_of_text("1234"))->publish());
  EXPECT_EQ(*read_file(file, 4), "1234");
  EXPECT_FALSE(read_file(file, 3));
}

TEST(FileEquals, ComparesLengthAndContent) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "file";
  EXPECT_FALSE(file_equals(file, bytes_of_text("")));
  ASSERT_TRUE(PendingFile::write(file, bytes_of_text("1234"))->publish());
  EXPECT_TRUE(file_equals(file, bytes_of_text("1234")));
  EXPECT_FALSE(file_equals(file, bytes_of_text("123")));
  EXPECT_FALSE(file_equals(file, bytes_of_text("12345")));
  EXPECT_FALSE(file_equals(file, bytes_of_text("1235")));
}

TEST(LockFolder, RefusesASecondHolderAndNamesTheFirst) {
  const TemporaryFolder folder;
  const Result<FileDescriptor> first = lock_folder(folder.path());
  ASSERT_TRUE(first);
  const Result<FileDescriptor> second = lock_folder(folder.path());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(folder.path().string()));
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid()) + ")"));
}

TEST(LockFolder, LetsTheNextOneInWhenTheFirstIsGone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(lock_folder(folder.path()));
  EXPECT_TRUE(lock_folder(folder.path()));
}

}  // namespace
}  // namespace auscult::storage
