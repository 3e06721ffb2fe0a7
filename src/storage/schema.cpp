#include "storage/schema.hpp"

#include <array>
#include <string>

namespace auscult::storage {
namespace {

// "AUSC": tells `file` and us whose database it is.
constexpr std::int64_t kApplicationId = 0x41555343;

// Entry N brings a database from version N to N + 1. An entry that was released never changes.
constexpr std::array kMigrations = {
    R"sql(
      CREATE TABLE recordings (
        sequence    INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of storing, never given twice
        id          TEXT    NOT NULL UNIQUE,
        device      TEXT    NOT NULL,
        class       TEXT    NOT NULL,
        received_at INTEGER NOT NULL,     -- milliseconds since 1970, UTC
        confidence  REAL    NOT NULL,     -- percent
        recording   TEXT    NOT NULL      -- the API's JSON of it
      ) STRICT;
      CREATE INDEX recordings_by_time ON recordings (received_at, id);
      CREATE INDEX recordings_by_device_and_time ON recordings (device, received_at, id);
      CREATE INDEX recordings_by_class_and_time ON recordings (class, received_at, id);
      CREATE INDEX recordings_by_device ON recordings (device, sequence);

      -- Apart, so that listing recordings does not read past their sound.
      CREATE TABLE audio (
        sequence   INTEGER PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
        media_type TEXT NOT NULL,
        bytes      BLOB NOT NULL
      ) STRICT;
    )sql",
    R"sql(
      ALTER TABLE recordings ADD COLUMN quality TEXT NOT NULL DEFAULT 'good';
      ALTER TABLE recordings ADD COLUMN deleted_at INTEGER;  -- milliseconds; null: it is there
      UPDATE recordings SET quality = 'poor'
        WHERE json_valid(recording) AND json_extract(recording, '$.quality.verdict') = 'poor';
      CREATE INDEX recordings_deleted ON recordings (deleted_at) WHERE deleted_at IS NOT NULL;

      -- What people say, apart from what the model said.
      CREATE TABLE reviews (
        sequence   INTEGER PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
        note       TEXT,
        label      TEXT,
        updated_at INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE devices (
        name           TEXT PRIMARY KEY,
        sample_rate_hz INTEGER,
        channels       INTEGER,
        format         TEXT,
        gain           REAL
      ) STRICT;
    )sql",
    R"sql(
      CREATE TABLE api_keys (
        id                  TEXT PRIMARY KEY,
        name                TEXT    NOT NULL,
        scopes              TEXT    NOT NULL,  -- "upload read"
        secret_sha256       TEXT    NOT NULL,
        previous_sha256     TEXT,              -- the secret before the last rotation
        previous_until      INTEGER,           -- until when it is taken
        created_at          INTEGER NOT NULL,  -- milliseconds since 1970, UTC, as all times
        expires_at          INTEGER,
        revoked_at          INTEGER,
        requests_per_minute INTEGER
      ) STRICT;

      CREATE TABLE security (
        only         INTEGER PRIMARY KEY CHECK (only = 1),
        keys_version INTEGER NOT NULL,  -- one more with each change of api_keys
        audit_lines  INTEGER NOT NULL,  -- where the audit log ends
        audit_sha256 TEXT    NOT NULL
      ) STRICT;
      INSERT INTO security VALUES (1, 0, 0, '');
    )sql",
};

Error refused(const Result<std::string>& file, const std::string& why) {
  return fail(ErrorCode::storage_failure, (file ? *file : "the database") + ": " + why);
}

}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

Status migrate(Database& database) {
  const Result<std::int64_t> version = database.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  const Result<std::int64_t> owner = database.query_integer("PRAGMA application_id");
  if (!owner) return owner.error();
  const Result<std::int64_t> tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();

  const bool empty = *version == 0 && *owner == 0 && *tables == 0;
  const auto file = database.query_text("SELECT file FROM pragma_database_list");
  if (!empty && *owner != kApplicationId) {
    return refused(file, "this is another program's database: choose another folder");
  }
  if (*version < 0 || *version > schema_version()) {
    return refused(file, "its schema is version " + std::to_string(*version) +
                             ", and this program knows those up to " +
                             std::to_string(schema_version()) + ": use a newer auscult");
  }
  if (*version == schema_version()) return Ok{};

  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  for (auto i = static_cast<std::size_t>(*version); i < kMigrations.size(); ++i) {
    if (const Status migrated = database.execute(kMigrations[i]); !migrated) return migrated;
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(schema_version());
  if (const Status marked = database.execute(marks.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace auscult::storage
