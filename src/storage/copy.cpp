#include "storage/copy.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "core/hash.hpp"
#include "storage/columns.hpp"
#include "storage/database_file.hpp"
#include "storage/files.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {
namespace {

// In one transaction, and in memory.
constexpr std::int64_t kRowsAtATime = 16;

/// Its columns, of which the first ones are its key, each with the kind of its values: i(nteger),
/// r(eal), t(ext), b(ytes).
struct Table {
  std::string_view name;
  std::string_view columns;
  std::string_view kinds;
  std::size_t key_columns = 1;
};

constexpr Table kRecordings = {
    "recordings",
    "sequence, id, device, class, received_at, confidence, recording, quality, deleted_at, sha256",
    "itttirttit"};
constexpr Table kAudio = {"audio", "sequence, media_type, bytes, sha256, large_bytes", "itbtb"};
// Those whose rows change.
constexpr std::array<Table, 11> kOthers = {{
    {"reviews", "sequence, note, label, updated_at", "itti"},
    {"requests", "sequence, key, fingerprint, received_at", "itti"},
    {"devices", "name, sample_rate_hz, channels, format, gain", "tiitr"},
    {"sessions", "id, device, declared, created_at, expires_at, chunks, bytes, recording",
     "tttiiiit"},
    {"chunks", "session, number, sha256, bytes", "titb", 2},
    {"api_keys",
     "id, name, scopes, secret_sha256, previous_sha256, previous_until, created_at, expires_at, "
     "revoked_at, requests_per_minute",
     "tttttiiiii"},
    {"jobs",
     "id, kind, subject, details, model, key, fingerprint, bytes, created_at, due_at, attempts, "
     "forgiven, is_dead, error_code, error",
     "tttttttiiiiiitt"},
    {"job_bodies", "job, sha256, bytes", "ttb"},
    {"reclassifications", "id, name, version, sha256, chosen, created_at, planned_to, plan_to",
     "tttttiii"},
    {"answers", "reclassification, sequence, class, confidence, answer, sha256, error", "titrttt",
     2},
    {"webhooks", "id, url, secret, device, class, min_confidence, quality, created_at", "tttttrti"},
}};

using Value =
    std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::byte>>;
using Row = std::vector<Value>;

Error refused(const CopySide& side, const std::string& why) {
  return fail(ErrorCode::storage_failure, side.name + ": " + why);
}

/// "a, b" of "a, b, c, d"
std::string_view key_of(const Table& table) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < table.key_columns; ++i) end = table.columns.find(", ", end + 1);
  return table.columns.substr(0, end);
}

std::string places(std::size_t count) {
  std::string text = "?";
  for (std::size_t i = 1; i < count; ++i) text += ", ?";
  return text;
}

void bind(Statement& statement, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    statement.bind(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    statement.bind(*real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    statement.bind(std::string_view(*text));
  } else if (const auto* bytes = std::get_if<std::vector<std::byte>>(&value)) {
    statement.bind(std::span<const std::byte>(*bytes));
  } else {
    statement.bind(nullptr);
  }
}

Value value_of(const Statement& statement, char kind, int column) {
  if (statement.is_null(column)) return {};
  if (kind == 'i') return statement.integer(column);
  if (kind == 'r') return statement.real(column);
  if (kind == 't') return statement.text(column);
  return statement.blob(column);
}

/// The rows of a table after `last` (all: from its begin), in the order of their keys.
Result<std::vector<Row>> read_rows(SqlConnection& database, const Table& table,
                                   const std::optional<Row>& last) {
  std::string sql = "SELECT " + std::string(table.columns) + " FROM " + std::string(table.name);
  const std::string key(key_of(table));
  if (last) sql += " WHERE (" + key + ") > (" + places(table.key_columns) + ")";
  Result<Statement> statement = database.prepare(sql + " ORDER BY " + key + " LIMIT ?");
  if (!statement) return statement.error();
  for (std::size_t i = 0; last && i < table.key_columns; ++i) bind(*statement, (*last)[i]);
  statement->bind(kRowsAtATime);
  std::vector<Row> rows;
  for (;;) {
    const Result<bool> found = statement->step();
    if (!found) return found.error();
    if (!*found) return rows;
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < table.kinds.size(); ++i) {
      row.push_back(value_of(*statement, table.kinds[i], static_cast<int>(i)));
    }
  }
}

Status write_rows(SqlConnection& database, const Table& table, const std::vector<Row>& rows) {
  const std::string sql = "INSERT INTO " + std::string(table.name) + " (" +
                          std::string(table.columns) + ") VALUES (" + places(table.kinds.size()) +
                          ")";
  for (const Row& row : rows) {
    Result<Statement> statement = database.prepare(sql);
    if (!statement) return statement.error();
    for (const Value& value : row) bind(*statement, value);
    if (Status written = statement->run(); !written) return written;
  }
  return Ok{};
}

/// How many rows a table has, and the SHA-256 of them all, each after the one before.
struct Digest {
  std::int64_t rows = 0;
  std::string sha256;
  bool operator==(const Digest&) const = default;
};

void append(std::string& text, const Value& value) {
  // With its kind and length, so that no two rows give the same text.
  text += std::to_string(value.index()) + ':';
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    text += std::to_string(*integer) + ';';
  } else if (const auto* real = std::get_if<double>(&value)) {
    text += std::to_string(std::bit_cast<std::uint64_t>(*real)) + ';';
  } else if (const auto* words = std::get_if<std::string>(&value)) {
    text += std::to_string(words->size()) + ';' + *words;
  } else if (const auto* bytes = std::get_if<std::vector<std::byte>>(&value)) {
    text += sha256_hex(*bytes) + ';';
  }
}

Result<Digest> digest_of(SqlConnection& database, const Table& table) {
  Digest digest;
  std::optional<Row> last;
  for (;;) {
    Result<std::vector<Row>> rows = read_rows(database, table, last);
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
      std::string text = digest.sha256;
      for (const Value& value : row) append(text, value);
      digest.sha256 = sha256_hex(std::as_bytes(std::span(text)));
      ++digest.rows;
    }
    if (rows->empty()) return digest;
    last = std::move(rows->back());
  }
}

Result<bool> is_empty(SqlConnection& database) {
  for (const char* table :
       {"recordings", "devices", "sessions", "api_keys", "jobs", "reclassifications", "webhooks"}) {
    const Result<std::int64_t> count =
        database.query_integer(std::string("SELECT count(*) FROM ") + table);
    if (!count) return count.error();
    if (*count > 0) return false;
  }
  return true;
}

/// Checks that the target may be written, and marks it as a copy that is not whole.
Status begin_copy(CopySide& to, CopyMode mode) {
  SqlConnection& database = *to.database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Result<std::int64_t> copies = database.query_integer("SELECT count(*) FROM copied");
  if (!copies) return copies.error();
  const Result<bool> empty = is_empty(database);
  if (!empty) return empty.error();
  if (mode == CopyMode::begin && *copies > 0) {
    return refused(to, "is a copy already: --resume goes on with it, --replace begins anew");
  }
  if (mode == CopyMode::begin && !*empty) {
    return refused(to, "is not empty: choose another target, or delete all in it with --replace");
  }
  if (mode == CopyMode::resume && *copies == 0 && !*empty) {
    return refused(to,
                   "is no copy, or has been used since: choose another target, or delete all in it "
                   "with --replace");
  }
  if (mode == CopyMode::replace) {
    Status deleted = database.execute(
        "DELETE FROM recordings; DELETE FROM sessions; DELETE FROM devices; DELETE FROM api_keys; "
        "DELETE FROM jobs; DELETE FROM reclassifications; DELETE FROM webhooks");
    if (!deleted) return deleted;
  }
  const Status marked = database.execute("DELETE FROM copied; INSERT INTO copied VALUES (1, NULL)");
  return marked ? transaction->commit() : marked;
}

/// Deletes from the target what is not in the source any more.
Status delete_gone(CopySide& from, CopySide& to) {
  constexpr Table kIds = {"recordings", "sequence, id", "it"};
  std::optional<Row> last;
  for (;;) {
    Result<std::vector<Row>> rows = read_rows(*to.database, kIds, last);
    if (!rows) return rows.error();
    if (rows->empty()) return Ok{};
    Result<Transaction> transaction = Transaction::begin(*to.database);
    if (!transaction) return transaction.error();
    for (const Row& row : *rows) {
      bool is_there = false;
      {
        Result<Statement> find =
            from.database->prepare("SELECT 1 FROM recordings WHERE sequence = ? AND id = ?");
        if (!find) return find.error();
        for (const Value& value : row) bind(*find, value);
        const Result<bool> found = find->step();
        if (!found) return found.error();
        is_there = *found;
      }
      if (is_there) continue;
      Result<Statement> forget = to.database->prepare("DELETE FROM recordings WHERE sequence = ?");
      if (!forget) return forget.error();
      bind(*forget, row.front());
      if (Status gone = forget->run(); !gone) return gone;
    }
    if (Status committed = transaction->commit(); !committed) return committed;
    last = std::move(rows->back());
  }
}

/// Copies the recordings after the last one that is there, some in each transaction; returns how
/// many.
Result<std::int64_t> copy_recordings(CopySide& from, CopySide& to) {
  Result<std::int64_t> there =
      to.database->query_integer("SELECT coalesce(max(sequence), 0) FROM recordings");
  if (!there) return there;
  std::optional<Row> last = Row{*there};
  std::int64_t copied = 0;
  for (;;) {
    Result<std::vector<Row>> recordings = read_rows(*from.database, kRecordings, last);
    if (!recordings) return recordings.error();
    if (recordings->empty()) return copied;
    const Result<std::vector<Row>> sounds = read_rows(*from.database, kAudio, last);
    if (!sounds) return sounds.error();
    Result<Transaction> transaction = Transaction::begin(*to.database);
    if (!transaction) return transaction.error();
    const Status written = write_rows(*to.database, kRecordings, *recordings);
    if (!written) return written.error();
    const Status heard = write_rows(*to.database, kAudio, *sounds);
    if (!heard) return heard.error();
    if (const Status committed = transaction->commit(); !committed) return committed.error();
    copied += static_cast<std::int64_t>(recordings->size());
    last = std::move(recordings->back());
  }
}

/// What was deleted, and brought back, since a recording was copied.
Status copy_deletions(CopySide& from, CopySide& to) {
  Status restored =
      to.database->execute("UPDATE recordings SET deleted_at = NULL WHERE deleted_at IS NOT NULL");
  if (!restored) return restored;
  Result<Statement> hidden = from.database->prepare(
      "SELECT sequence, deleted_at FROM recordings WHERE deleted_at IS NOT NULL");
  if (!hidden) return hidden.error();
  for (;;) {
    const Result<bool> row = hidden->step();
    if (!row) return row.error();
    if (!*row) return Ok{};
    Result<Statement> hide =
        to.database->prepare("UPDATE recordings SET deleted_at = ? WHERE sequence = ?");
    if (!hide) return hide.error();
    hide->bind(hidden->integer(1)).bind(hidden->integer(0));
    if (Status done = hide->run(); !done) return done;
  }
}

Status copy_whole(CopySide& from, CopySide& to, const Table& table) {
  const std::string forget = "DELETE FROM " + std::string(table.name);
  if (Status gone = to.database->execute(forget.c_str()); !gone) return gone;
  std::optional<Row> last;
  for (;;) {
    Result<std::vector<Row>> rows = read_rows(*from.database, table, last);
    if (!rows) return rows.error();
    if (rows->empty()) return Ok{};
    if (Status written = write_rows(*to.database, table, *rows); !written) return written;
    last = std::move(rows->back());
  }
}

/// So that no place in the order of storing is given twice.
Status copy_last_sequence(CopySide& from, CopySide& to) {
  const Result<std::int64_t> last = from.database->query_integer(from.last_sequence);
  if (!last) return last.error();
  if (Status gone = to.database->execute(to.forget_sequence); !gone) return gone;
  Result<Statement> set = to.database->prepare(to.set_sequence);
  if (!set) return set.error();
  return set->bind(*last).run();
}

/// Compares a table on both sides; returns how many rows it has.
Result<std::int64_t> compare(CopySide& from, CopySide& to, const Table& table) {
  const Result<Digest> source = digest_of(*from.database, table);
  if (!source) return source.error();
  const Result<Digest> target = digest_of(*to.database, table);
  if (!target) return target.error();
  if (*source == *target) return source->rows;
  return refused(to, "is not what was copied: its table " + std::string(table.name) + " has " +
                         std::to_string(target->rows) + " rows with the SHA-256 " + target->sha256 +
                         ", and that of " + from.name + " " + std::to_string(source->rows) +
                         " with " + source->sha256 + ": begin anew with --replace");
}

/// What is left after the recordings, in one transaction.
Status finish_copy(CopySide& from, CopySide& to, Timestamp at, CopyReport& report) {
  Result<Transaction> transaction = Transaction::begin(*to.database);
  if (!transaction) return transaction.error();
  if (Status hidden = copy_deletions(from, to); !hidden) return hidden;
  for (const Table& table : kOthers) {
    if (Status copied = copy_whole(from, to, table); !copied) return copied;
  }
  // Whoever has the target's keys in memory reads them again.
  Status noticed = to.database->execute("UPDATE security SET keys_version = keys_version + 1");
  if (!noticed) return noticed;
  if (Status set = copy_last_sequence(from, to); !set) return set;
  const Result<std::int64_t> recordings = compare(from, to, kRecordings);
  if (!recordings) return recordings.error();
  report.recordings = *recordings;
  report.rows = *recordings;
  const auto count = [&](const Table& table) -> Status {
    const Result<std::int64_t> rows = compare(from, to, table);
    if (!rows) return rows.error();
    report.rows += *rows;
    return Ok{};
  };
  if (Status same = count(kAudio); !same) return same;
  for (const Table& table : kOthers) {
    if (Status same = count(table); !same) return same;
  }
  {
    Result<Statement> mark = to.database->prepare("UPDATE copied SET finished_at = ?");
    if (!mark) return mark.error();
    if (Status marked = mark->bind(milliseconds(at)).run(); !marked) return marked;
  }
  return transaction->commit();
}

CopySide side_of(const std::filesystem::path& folder, Database database) {
  return {.name = folder.string(),
          .claim = nullptr,
          .database = std::make_unique<Database>(std::move(database)),
          .begin_snapshot = "BEGIN",
          .last_sequence =
              "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'recordings'",
          .forget_sequence = "DELETE FROM sqlite_sequence WHERE name = 'recordings'",
          .set_sequence = "INSERT INTO sqlite_sequence (name, seq) VALUES ('recordings', ?)"};
}

}  // namespace

Result<CopySide> copy_source(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kDatabaseName;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return fail(ErrorCode::not_found, file.string() + ": there is no store in this folder");
  }
  Result<Database> database = Database::open(file, Database::Mode::read_only);
  if (!database) return database.error();
  if (const Status ours = check_ours(*database); !ours) return ours.error();
  const Result<std::int64_t> version = database->query_integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version != schema_version()) {
    return fail(ErrorCode::storage_failure,
                file.string() + ": its schema is version " + std::to_string(*version) +
                    ", and this program copies version " + std::to_string(schema_version()) +
                    ": bring it up to date with `auscult store migrate` while no service uses it");
  }
  return side_of(folder, *std::move(database));
}

Result<CopySide> copy_target(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::storage_failure,
                folder.string() + " cannot be created: " + error.message());
  }
  Result<FileDescriptor> lock = lock_folder(folder);
  if (!lock) return lock.error();
  Result<Database> database = open_database_file(folder / kDatabaseName);
  if (!database) return database.error();
  CopySide side = side_of(folder, *std::move(database));
  side.claim = std::make_shared<FileDescriptor>(*std::move(lock));
  return side;
}

Result<CopyReport> copy_store(CopySide& from, CopySide& to, CopyMode mode, Timestamp at) {
  if (const Status begun = begin_copy(to, mode); !begun) return begun.error();
  if (const Status begun = from.database->execute(from.begin_snapshot); !begun) {
    return begun.error();
  }
  CopyReport report;
  const Status gone = delete_gone(from, to);
  if (!gone) return gone.error();
  const Result<std::int64_t> copied = copy_recordings(from, to);
  if (!copied) return copied.error();
  report.copied = *copied;
  const Status finished = finish_copy(from, to, at, report);
  if (!finished) return finished.error();
  return report;
}

}  // namespace auscult::storage
