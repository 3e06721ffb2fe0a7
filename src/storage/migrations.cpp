#include "storage/migrations.hpp"

#include <array>
#include <cctype>
#include <utility>

namespace auscult::storage {
namespace {

// Entry N brings a database from version N to N + 1. An entry that was released never changes what
// it makes.
constexpr std::array kMigrations = {
    Migration{.both = R"sql(
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
    )sql"},
    Migration{.both = R"sql(
      ALTER TABLE recordings ADD COLUMN quality TEXT NOT NULL DEFAULT 'good';
      ALTER TABLE recordings ADD COLUMN deleted_at INTEGER;  -- milliseconds; null: it is there
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
              .sqlite = R"sql(
      UPDATE recordings SET quality = 'poor'
        WHERE json_valid(recording) AND json_extract(recording, '$.quality.verdict') = 'poor';
    )sql"},
    Migration{.both = R"sql(
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
              // What is compressed already is not worth another try.
              .postgres = R"sql(
      ALTER TABLE audio ALTER COLUMN bytes SET STORAGE EXTERNAL;
      ALTER TABLE chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
    )sql"},
    Migration{.both = R"sql(
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
    )sql"},
    Migration{.both = R"sql(
      -- Whether the store is a copy that has not been used yet: no row: it is not.
      CREATE TABLE copied (
        only        INTEGER PRIMARY KEY CHECK (only = 1),
        finished_at INTEGER  -- milliseconds since 1970, UTC; null: parts are still missing
      ) STRICT;
    )sql",
              // In a folder the log is a file.
              .postgres = R"sql(
      CREATE TABLE audit (
        line INTEGER PRIMARY KEY,  -- from 1
        text TEXT    NOT NULL      -- as in audit.jsonl, without its line end
      );
    )sql"},
    Migration{.both = R"sql(
      -- What is to be done by whichever process comes first. Each begin of one gives it another
      -- number of attempts, by which a claim is known from a later one.
      CREATE TABLE jobs (
        id          TEXT PRIMARY KEY,
        kind        TEXT    NOT NULL,  -- upload, reclassify, webhook
        subject     TEXT    NOT NULL,  -- the recording, or the reclassification
        details     TEXT    NOT NULL,
        model       TEXT,              -- SHA-256 of the only one that may do it; null: any
        key         TEXT,              -- of an upload, as in requests
        fingerprint TEXT,
        bytes       INTEGER NOT NULL DEFAULT 0,
        created_at  INTEGER NOT NULL,  -- milliseconds since 1970, UTC, as all times
        due_at      INTEGER NOT NULL,  -- not before; while somebody is at it: theirs until then
        attempts    INTEGER NOT NULL DEFAULT 0,
        forgiven    INTEGER NOT NULL DEFAULT 0,
        is_dead     INTEGER NOT NULL DEFAULT 0,
        error_code  TEXT,              -- of the last attempt that failed
        error       TEXT
      ) STRICT;
      CREATE INDEX jobs_due ON jobs (kind, due_at, id) WHERE is_dead = 0;
      CREATE INDEX jobs_dead ON jobs (kind, created_at) WHERE is_dead = 1;
      CREATE INDEX jobs_by_key ON jobs (key) WHERE key IS NOT NULL;
      CREATE INDEX jobs_by_fingerprint ON jobs (fingerprint) WHERE fingerprint IS NOT NULL;
      CREATE TABLE job_bodies (
        job    TEXT PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
        sha256 TEXT NOT NULL,
        bytes  BLOB NOT NULL
      ) STRICT;

      -- Histories that are judged anew, by one model each.
      CREATE TABLE reclassifications (
        id         TEXT PRIMARY KEY,
        name       TEXT    NOT NULL,  -- of the model
        version    TEXT    NOT NULL,
        sha256     TEXT    NOT NULL,
        chosen     TEXT    NOT NULL,  -- which recordings, as a query
        created_at INTEGER NOT NULL,
        planned_to INTEGER NOT NULL,  -- up to which sequence its rows and jobs are made
        plan_to    INTEGER NOT NULL   -- and are to be
      ) STRICT;
      -- A row for each recording of one; without a class it is still to be judged.
      CREATE TABLE answers (
        reclassification TEXT    NOT NULL REFERENCES reclassifications ON DELETE CASCADE,
        sequence         INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
        class            TEXT,
        confidence       REAL,
        answer           TEXT,  -- the API's JSON of it
        sha256           TEXT,  -- of that
        error            TEXT,  -- why there is no answer, and will be none
        PRIMARY KEY (reclassification, sequence)
      ) STRICT;
      CREATE INDEX answers_of ON answers (sequence);

      -- Who is told of which recordings; null: of any.
      CREATE TABLE webhooks (
        id             TEXT PRIMARY KEY,
        url            TEXT    NOT NULL,
        secret         TEXT    NOT NULL,  -- what they are signed with
        device         TEXT,
        class          TEXT,
        min_confidence REAL,
        quality        TEXT,
        created_at     INTEGER NOT NULL
      ) STRICT;
    )sql",
              .postgres = R"sql(
      ALTER TABLE job_bodies ALTER COLUMN bytes SET STORAGE EXTERNAL;
    )sql"},
    Migration{.both = R"sql(
      -- Browsers that are logged in with a key.
      CREATE TABLE logins (
        session_sha256 TEXT PRIMARY KEY,
        key_id         TEXT    NOT NULL,
        secret_sha256  TEXT    NOT NULL,  -- the key's, when the login began
        until          INTEGER NOT NULL   -- milliseconds since 1970, UTC
      ) STRICT;
      CREATE INDEX logins_by_end ON logins (until);
    )sql",
              // One process needs no table for it. No crash matters: a rate is a minute's.
              .postgres = R"sql(
      CREATE UNLOGGED TABLE key_rates (
        key          TEXT PRIMARY KEY,
        recovered_at INTEGER NOT NULL  -- when none of it will be used; microseconds since 1970
      );
    )sql"},
    Migration{.both = R"sql(
      -- A large sound, in place of "bytes", which then is empty. The last column, since only there
      -- does SQLite make room for a blob without having it in memory.
      ALTER TABLE audio ADD COLUMN large_bytes BLOB;
    )sql",
              .postgres = R"sql(
      ALTER TABLE audio ALTER COLUMN large_bytes SET STORAGE EXTERNAL;
    )sql"},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

std::string to_postgres(std::string_view script) {
  // The longer ones first.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kWords = {{
      {"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
      {"INTEGER", "BIGINT"},
      {"REAL", "DOUBLE PRECISION"},
      {"BLOB", "BYTEA"},
      // Compared byte by byte, as SQLite does, whatever the database's language.
      {"TEXT", "TEXT COLLATE \"C\""},
      {"STRICT", ""},
      {"only", "\"only\""},
  }};
  const auto is_letter = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
  };
  std::string text;
  for (std::size_t i = 0; i < script.size();) {
    const bool begins_word = i == 0 || !is_letter(script[i - 1]);
    std::size_t length = 0;
    for (const auto& [ours, theirs] : kWords) {
      const std::size_t end = i + ours.size();
      if (!begins_word || script.substr(i, ours.size()) != ours) continue;
      if (end < script.size() && is_letter(script[end])) continue;
      text += theirs;
      length = ours.size();
      break;
    }
    if (length == 0) text += script[i];
    i += length == 0 ? 1 : length;
  }
  return text;
}

}  // namespace auscult::storage
