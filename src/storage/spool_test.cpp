#include "storage/spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::HasSubstr;

std::vector<std::byte> content_of(const Spool& spool) {
  std::vector<std::byte> all;
  EXPECT_TRUE(spool.read([&](std::span<const std::byte> block) {
    all.insert(all.end(), block.begin(), block.end());
    return Status(Ok{});
  }));
  return all;
}

std::size_t files_in(const TemporaryFolder& folder) {
  const std::filesystem::directory_iterator files(folder.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(Spool, GivesBackWhatWasAppendedWhereverItLies) {
  // In memory, to its edge, and in a file from the first, second and a later piece on.
  for (const std::size_t in_memory : {100U, 9U, 1U, 4U, 7U}) {
    const TemporaryFolder folder;
    Spool spool(folder.path(), in_memory);
    for (const char* piece : {"one", "two", "", "six"}) {
      ASSERT_TRUE(spool.append(bytes_of_text(piece)));
    }
    ASSERT_TRUE(spool.write_at(0, bytes_of_text("ONE")));
    EXPECT_EQ(files_in(folder), 0U) << "a file with a name outlives a crash";
    const std::filesystem::path file = folder.path() / "all";
    ASSERT_TRUE(PendingFile::write(file, spool)->publish());
    EXPECT_EQ(*read_file(file, 100), "ONEtwosix") << in_memory;
    ASSERT_TRUE(spool.append(bytes_of_text("end"))) << "and can go on";
    ASSERT_TRUE(PendingFile::write(file, spool)->publish());
    EXPECT_EQ(*read_file(file, 100), "ONEtwosixend");
    EXPECT_EQ(spool.size(), 12U);
    EXPECT_EQ(content_of(spool), bytes_of_text("ONEtwosixend"));
    EXPECT_EQ(spool.is_in_file(), in_memory < 12);
    EXPECT_EQ(spool.memory(), bytes_of_text(in_memory < 12 ? "" : "ONEtwosixend"));
  }
}

TEST(Spool, NamesAFolderThatHasNoRoomForAFile) {
  const TemporaryFolder folder;
  Spool spool(folder.path() / "missing", 2);
  ASSERT_TRUE(spool.append(bytes_of_text("12")));
  const Status third = spool.append(bytes_of_text("3"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(third.error().message, HasSubstr((folder.path() / "missing").string()));
}

TEST(Spool, SaysHowMuchMemoryItMayTake) {
  EXPECT_EQ(Spool("folder", 10).memory_for(7), 7U);
  EXPECT_EQ(Spool("folder", 10).memory_for(11), 10U);
  Spool spool = Spool::in_memory();
  const std::vector<std::byte> large(2 * Spool::kInMemoryBytes, std::byte{1});
  EXPECT_EQ(spool.memory_for(large.size()), large.size());
  ASSERT_TRUE(spool.append(large));
  EXPECT_EQ(content_of(spool), large);
}

TEST(Spool, ReadsAFileInBlocksUntilOneIsNotTaken) {
  const TemporaryFolder folder;
  Spool spool(folder.path());
  std::vector<std::byte> large(Spool::kInMemoryBytes + 1);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = std::byte(i * i % 251);
  ASSERT_TRUE(spool.append(large));
  EXPECT_EQ(content_of(spool), large);
  std::size_t blocks = 0;
  const Status read = spool.read([&](std::span<const std::byte> block) -> Status {
    EXPECT_LT(block.size(), large.size() / 2);
    if (++blocks == 2) return fail(ErrorCode::internal, "enough");
    return Ok{};
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "enough");
  EXPECT_EQ(blocks, 2U);
}

TEST(Spool, MayKeepNothing) {
  const TemporaryFolder folder;
  Spool spool = Spool::discarding();
  ASSERT_TRUE(spool.append(std::vector<std::byte>(2 * Spool::kInMemoryBytes)));
  ASSERT_TRUE(spool.write_at(0, bytes_of_text("front")));
  ASSERT_TRUE(PendingFile::write(folder.path() / "all", spool)->publish());
  EXPECT_EQ(*read_file(folder.path() / "all", 1), "");
}

}  // namespace
}  // namespace auscult::storage
