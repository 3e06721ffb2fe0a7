#include "storage/key_store.hpp"

#include <system_error>
#include <utility>

#include "storage/files.hpp"
#include "storage/schema.hpp"

namespace auscult::storage {
namespace {

Timestamp timestamp(std::int64_t milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

std::optional<std::int64_t> milliseconds(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

std::optional<Timestamp> optional_time(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return timestamp(row.integer(column));
}

/// Brings the schema up to date, which only who holds the folder may do: a service that runs knows
/// the one it started with.
Status migrate_if_free(Database& database, const std::filesystem::path& folder) {
  const Result<std::int64_t> version = database.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == schema_version()) return Ok{};
  const Result<FileDescriptor> lock = lock_folder(folder);
  if (!lock) {
    return fail(ErrorCode::storage_failure,
                "the running service's database has another version (" + std::to_string(*version) +
                    ") than this program knows (" + std::to_string(schema_version()) +
                    "): restart the service with this program first");
  }
  return migrate(database);
}

}  // namespace

Result<KeyStore> KeyStore::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::storage_failure,
                folder.string() + " cannot be created: " + error.message());
  }
  Result<Database> database = Database::open(folder / "auscult.db", Database::Mode::read_write);
  if (!database) return database.error();
  if (const Status migrated = migrate_if_free(*database, folder); !migrated) {
    return migrated.error();
  }
  const Status set = database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA secure_delete = ON");
  if (!set) return set.error();
  return KeyStore(*std::move(database));
}

Result<std::int64_t> KeyStore::version() {
  // Changes with each commit of anybody else's; microseconds, and no page is read.
  const Result<std::int64_t> change = database_.query_integer("PRAGMA data_version");
  if (!change) return change.error();
  if (seen_change_ == *change) return version_;
  const Result<std::int64_t> version =
      database_.query_integer("SELECT keys_version FROM security WHERE only = 1");
  if (!version) return version.error();
  seen_change_ = *change;
  version_ = *version;
  return version_;
}

Result<std::vector<ApiKey>> KeyStore::list() {
  Result<Statement> row = database_.prepare(
      "SELECT id, name, scopes, secret_sha256, previous_sha256, previous_until, created_at, "
      "expires_at, revoked_at, requests_per_minute FROM api_keys ORDER BY created_at, id");
  if (!row) return row.error();
  std::vector<ApiKey> keys;
  for (;;) {
    const Result<bool> found = row->step();
    if (!found) return found.error();
    if (!*found) return keys;
    ApiKey key;
    key.id = row->text(0);
    key.name = row->text(1);
    key.scopes = row->text(2);
    key.secret_sha256 = row->text(3);
    if (!row->is_null(4)) key.previous_sha256 = row->text(4);
    key.previous_until = optional_time(*row, 5);
    key.created_at = timestamp(row->integer(6));
    key.expires_at = optional_time(*row, 7);
    key.revoked_at = optional_time(*row, 8);
    if (!row->is_null(9)) key.requests_per_minute = static_cast<int>(row->integer(9));
    keys.push_back(std::move(key));
  }
}

/// Runs a change of the keys together with the new version; `run` must change a row.
Status KeyStore::change(const std::string& id, const std::function<Status()>& run) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return transaction.error();
  if (Status changed = run(); !changed) return changed;
  if (database_.changes() == 0) {
    return fail(ErrorCode::not_found, "there is no key \"" + id + "\" that is in use");
  }
  const Status marked =
      database_.execute("UPDATE security SET keys_version = keys_version + 1 WHERE only = 1");
  if (!marked) return marked;
  seen_change_.reset();  // Our own commits do not move SQLite's counter.
  return transaction->commit();
}

Status KeyStore::insert(const ApiKey& key) {
  return change(key.id, [&]() -> Status {
    const Result<std::int64_t> count = database_.query_integer("SELECT count(*) FROM api_keys");
    if (!count) return count.error();
    if (*count >= kMaxApiKeys) {
      return fail(ErrorCode::too_large,
                  "there are " + std::to_string(*count) + " keys already, the most there may be");
    }
    Result<Statement> insert = database_.prepare(
        "INSERT INTO api_keys (id, name, scopes, secret_sha256, created_at, expires_at, "
        "requests_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    std::optional<std::int64_t> rate;
    if (key.requests_per_minute) rate = *key.requests_per_minute;
    insert->bind(key.id).bind(key.name).bind(key.scopes).bind(key.secret_sha256);
    insert->bind(std::int64_t{key.created_at.time_since_epoch().count()});
    insert->bind(milliseconds(key.expires_at)).bind(rate);
    return insert->run();
  });
}

Status KeyStore::revoke(const std::string& id, Timestamp at) {
  return change(id, [&]() -> Status {
    Result<Statement> update = database_.prepare(
        "UPDATE api_keys SET revoked_at = ?, previous_sha256 = NULL, previous_until = NULL "
        "WHERE id = ? AND revoked_at IS NULL");
    if (!update) return update.error();
    return update->bind(std::int64_t{at.time_since_epoch().count()}).bind(id).run();
  });
}

Status KeyStore::rotate(const std::string& id, const std::string& secret_sha256,
                        std::optional<Timestamp> previous_until) {
  return change(id, [&]() -> Status {
    Result<Statement> update = database_.prepare(
        "UPDATE api_keys SET previous_sha256 = CASE WHEN ?1 IS NULL THEN NULL ELSE secret_sha256 "
        "END, previous_until = ?1, secret_sha256 = ?2 WHERE id = ?3 AND revoked_at IS NULL");
    if (!update) return update.error();
    return update->bind(milliseconds(previous_until)).bind(secret_sha256).bind(id).run();
  });
}

Result<AuditHead> KeyStore::audit_head() {
  Result<Statement> row =
      database_.prepare("SELECT audit_lines, audit_sha256 FROM security WHERE only = 1");
  if (!row) return row.error();
  const Result<bool> found = row->step();
  if (!found) return found.error();
  if (!*found) return AuditHead{};
  return AuditHead{row->integer(0), row->text(1)};
}

Status KeyStore::set_audit_head(const AuditHead& head) {
  Result<Statement> update = database_.prepare(
      "UPDATE security SET audit_lines = ?1, audit_sha256 = ?2 WHERE only = 1 AND audit_lines < "
      "?1");
  if (!update) return update.error();
  return update->bind(head.lines).bind(head.sha256).run();
}

}  // namespace auscult::storage
