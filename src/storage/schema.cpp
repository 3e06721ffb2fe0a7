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
      -- What a recording was made for, by which the same request, sent again, finds its answer.
      CREATE TABLE requests (
        sequence    INTEGER PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
        key         TEXT,              -- the device and its Idempotency-Key; null: it had none
        fingerprint TEXT    NOT NULL,  -- SHA-256 of all that was sent
        received_at INTEGER NOT NULL   -- milliseconds since 1970, UTC
      ) STRICT;
      CREATE UNIQUE INDEX requests_by_key ON requests (key) WHERE key IS NOT NULL;
      CREATE INDEX requests_by_fingerprint ON requests (fingerprint, received_at)
        WHERE key IS NULL;
      CREATE INDEX requests_by_time ON requests (received_at) WHERE key IS NULL;
      CREATE INDEX requests_by_key_and_time ON requests (received_at) WHERE key IS NOT NULL;

      -- Recordings that come in pieces.
      CREATE TABLE sessions (
        id         TEXT PRIMARY KEY,
        device     TEXT    NOT NULL,
        declared   TEXT    NOT NULL,
        created_at INTEGER NOT NULL,            -- milliseconds since 1970, UTC
        expires_at INTEGER NOT NULL,
        chunks     INTEGER NOT NULL DEFAULT 0,  -- how many have come
        bytes      INTEGER NOT NULL DEFAULT 0,
        recording  TEXT                         -- the id of what it became; null: it is open
      ) STRICT;
      CREATE INDEX sessions_by_device ON sessions (device) WHERE recording IS NULL;
      CREATE TABLE chunks (
        session TEXT    NOT NULL REFERENCES sessions ON DELETE CASCADE,
        number  INTEGER NOT NULL,
        sha256  TEXT    NOT NULL,
        bytes   BLOB    NOT NULL,
        PRIMARY KEY (session, number)
      ) STRICT;

      -- Of the JSON and of the bytes, so that damage of the disk is noticed; null: stored before
      -- there was one.
      ALTER TABLE recordings ADD COLUMN sha256 TEXT;
      ALTER TABLE audio ADD COLUMN sha256 TEXT;
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

namespace {

/// Fails on a database that is another's or newer than this program; returns its version, 0 of one
/// that is empty.
Result<std::int64_t> version_of_ours(Database& database) {
  const Result<std::int64_t> version = database.query_integer("PRAGMA user_version");
  if (!version) return version;
  const Result<std::int64_t> owner = database.query_integer("PRAGMA application_id");
  if (!owner) return owner;
  const Result<std::int64_t> tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables;

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
  return version;
}

}  // namespace

Status check_ours(Database& database) {
  const Result<std::int64_t> version = version_of_ours(database);
  if (!version) return version.error();
  if (*version > 0) return Ok{};
  return refused(database.query_text("SELECT file FROM pragma_database_list"),
                 "this is no database of auscult");
}

Status migrate(Database& database) {
  const Result<std::int64_t> version = version_of_ours(database);
  if (!version) return version.error();
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
