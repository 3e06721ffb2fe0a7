#include "storage/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/store_test_data.hpp"

namespace auscult::storage {
namespace {

using testing::HasSubstr;

class SchemaTest : public testing::Test {
 protected:
  Database open() {
    return *Database::open(folder_.path() / "test.db", Database::Mode::read_write);
  }

 private:
  TemporaryFolder folder_;
};

std::string schema_of(Database& database) {
  return *database.query_text("SELECT group_concat(sql, ';') FROM sqlite_schema");
}

TEST_F(SchemaTest, MarksANewDatabaseAsOurs) {
  Database database = open();
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(*database.query_integer("PRAGMA user_version"), schema_version());
  EXPECT_EQ(*database.query_integer("PRAGMA application_id"), 0x41555343);
}

TEST_F(SchemaTest, LeavesACurrentDatabaseAsItIs) {
  Database database = open();
  ASSERT_TRUE(migrate(database));
  const std::string schema = schema_of(database);
  ASSERT_TRUE(migrate(database));
  EXPECT_EQ(schema_of(database), schema);
}

TEST_F(SchemaTest, RefusesADatabaseOfANewerVersionAndLeavesIt) {
  Database database = open();
  ASSERT_TRUE(migrate(database));
  ASSERT_TRUE(database.execute("PRAGMA user_version = 99"));
  const Status migrated = migrate(database);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(migrated.error().message, HasSubstr("test.db"));
  EXPECT_THAT(migrated.error().message, HasSubstr("version 99"));
  EXPECT_THAT(migrated.error().message, HasSubstr("newer auscult"));
  EXPECT_EQ(*database.query_integer("PRAGMA user_version"), 99);
}

TEST_F(SchemaTest, RefusesAnotherProgramsDatabaseAndLeavesIt) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE recordings (i)"));
  const Status migrated = migrate(database);
  ASSERT_FALSE(migrated);
  EXPECT_THAT(migrated.error().message, HasSubstr("another program's database"));
  EXPECT_EQ(schema_of(database), "CREATE TABLE recordings (i)");
}

TEST_F(SchemaTest, DeletesTheAudioWithItsRecording) {
  Database database = open();
  ASSERT_TRUE(migrate(database));
  ASSERT_TRUE(database.execute(
      "PRAGMA foreign_keys = ON;"
      "INSERT INTO recordings (sequence, id, device, class, received_at, confidence, recording)"
      "  VALUES (1, 'id', 'd', 'c', 0, 1.0, '{}');"
      "INSERT INTO audio (sequence, media_type, bytes) VALUES (1, 'audio/flac', x'00');"
      "DELETE FROM recordings"));
  EXPECT_EQ(*database.query_integer("SELECT count(*) FROM audio"), 0);
}

// Version 1 as it was released, with a poor recording, a good one and one that cannot be read.
TEST_F(SchemaTest, KeepsTheRecordingsOfVersionOneAndReadsTheirQuality) {
  Database database = open();
  ASSERT_TRUE(database.execute(R"sql(
      CREATE TABLE recordings (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, device TEXT NOT NULL,
        class TEXT NOT NULL, received_at INTEGER NOT NULL, confidence REAL NOT NULL,
        recording TEXT NOT NULL) STRICT;
      CREATE TABLE audio (
        sequence INTEGER PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
        media_type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
      INSERT INTO recordings VALUES
        (1, 'a', 'd', 'c', 0, 1.0, '{"quality": {"verdict": "poor"}}'),
        (2, 'b', 'd', 'c', 0, 1.0, '{"quality": {"verdict": "good"}}'),
        (3, 'c', 'd', 'c', 0, 1.0, 'damaged');
      PRAGMA application_id = 0x41555343;
      PRAGMA user_version = 1)sql"));
  const Status migrated = migrate(database);
  ASSERT_TRUE(migrated) << migrated.error().message;
  EXPECT_EQ(*database.query_text("SELECT group_concat(id || ' ' || quality) FROM recordings"),
            "a poor,b good,c good");
  EXPECT_EQ(*database.query_integer("SELECT count(*) FROM recordings WHERE deleted_at IS NULL"), 3);
}

}  // namespace
}  // namespace auscult::storage
