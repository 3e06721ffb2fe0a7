#include "storage/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::HasSubstr;

class SqliteTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "test.db"; }
  Database open() { return *Database::open(file(), Database::Mode::read_write); }

 private:
  TemporaryFolder folder_;
};

TEST_F(SqliteTest, ReadsBackWhatWasBound) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (i INTEGER, r REAL, t TEXT, b BLOB NOT NULL)"));
  const std::vector<std::byte> blob = {std::byte{0}, std::byte{255}, std::byte{0}};
  const std::string text("a\0ü", 4);
  ASSERT_TRUE(database.prepare("INSERT INTO t VALUES (?, ?, ?, ?)")
                  ->bind(std::int64_t{-5'000'000'000})
                  .bind(0.1)
                  .bind(text)
                  .bind(std::span<const std::byte>(blob))
                  .run());
  const Result<Statement> read = [&] {
    Result<Statement> statement = database.prepare("SELECT i, r = 0.1, t, b FROM t");
    EXPECT_TRUE(*statement->step());
    return statement;
  }();
  EXPECT_EQ(read->integer(0), -5'000'000'000);
  EXPECT_EQ(read->integer(1), 1);
  EXPECT_EQ(read->text(2), text);
  EXPECT_EQ(read->blob(3), blob);
}

TEST_F(SqliteTest, KeepsAnEmptyBlobApartFromNone) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (b BLOB NOT NULL)"));
  EXPECT_TRUE(
      database.prepare("INSERT INTO t VALUES (?)")->bind(std::span<const std::byte>()).run());
}

TEST_F(SqliteTest, WritesABlobFromASpoolWhereverThatLies) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, t TEXT, b BLOB)"));
  const TemporaryFolder folder;
  std::vector<std::byte> content(1'000'000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = std::byte(i * i % 251);
  for (const int row : {1, 2}) {
    Spool spool = row == 1 ? Spool::in_memory() : Spool(folder.path(), 0);
    ASSERT_TRUE(spool.append(content));
    Result<Transaction> transaction = Transaction::begin(database);
    ASSERT_TRUE(database.prepare("INSERT INTO t VALUES (?, 'text', zeroblob(?))")
                    ->bind(row)
                    .bind(static_cast<std::int64_t>(content.size()))
                    .run());
    const Status written = database.write_blob({"t", "b", row}, spool);
    ASSERT_TRUE(written) << written.error().message;
    ASSERT_TRUE(transaction->commit());
    Result<Statement> read = database.prepare("SELECT t, b FROM t WHERE i = ?");
    ASSERT_TRUE(*read->bind(row).step());
    EXPECT_EQ(read->text(0), "text");
    EXPECT_TRUE(read->blob(1) == content) << row;
  }
}

TEST_F(SqliteTest, SaysWhyABlobCannotBeWritten) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (b BLOB)"));
  const Result<Transaction> transaction = Transaction::begin(database);
  const Status written = database.write_blob({"t", "b", 1}, Spool::in_memory());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(written.error().message, HasSubstr(file().string()));
  EXPECT_THAT(written.error().message, HasSubstr("no such rowid: 1"));
}

TEST_F(SqliteTest, UsesAStatementAgainWithoutItsOldParameters) {
  Database database = open();
  const char* sql = "SELECT coalesce(?, 'none')";
  {
    Result<Statement> first = database.prepare(sql);
    ASSERT_TRUE(*first->bind("one").step());
    EXPECT_EQ(first->text(0), "one");
  }
  Result<Statement> second = database.prepare(sql);
  ASSERT_TRUE(*second->step());
  EXPECT_EQ(second->text(0), "none");
}

TEST_F(SqliteTest, ReportsAParameterThatTheStatementDoesNotHave) {
  Database database = open();
  EXPECT_FALSE(database.prepare("SELECT ?")->bind("one").bind("two").step());
}

TEST_F(SqliteTest, NamesTheFileAndTheMistake) {
  Database database = open();
  const Status done = database.execute("SELECT nonsense");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(done.error().message, HasSubstr(file().string()));
  EXPECT_THAT(done.error().message, HasSubstr("nonsense"));
}

TEST_F(SqliteTest, UndoesATransactionThatIsNotCommitted) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (i)"));
  {
    const Result<Transaction> transaction = Transaction::begin(database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(*database.query_integer("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteTest, KeepsATransactionThatIsCommitted) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (i)"));
  Result<Transaction> transaction = Transaction::begin(database);
  ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(*open().query_integer("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteTest, DoesNotWriteThroughAReadOnlyConnection) {
  Database writer = open();
  ASSERT_TRUE(writer.execute("CREATE TABLE t (i)"));
  Result<Database> reader = Database::open(file(), Database::Mode::read_only);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->execute("INSERT INTO t VALUES (1)"));
}

}  // namespace
}  // namespace auscult::storage
