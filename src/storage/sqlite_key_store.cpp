#include "storage/sqlite_key_store.hpp"

#include <system_error>
#include <utility>

#include "storage/files.hpp"
#include "storage/key_rows.hpp"
#include "storage/schema.hpp"

namespace auscult::storage {
namespace {

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

Result<SqliteKeyStore> SqliteKeyStore::open(const std::filesystem::path& folder) {
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
  return SqliteKeyStore(*std::move(database));
}

Result<std::int64_t> SqliteKeyStore::version() {
  // Changes with each commit of anybody else's; microseconds, and no page is read.
  const Result<std::int64_t> change = database_.query_integer("PRAGMA data_version");
  if (!change) return change.error();
  if (seen_change_ == *change) return version_;
  const Result<std::int64_t> version = read_keys_version(database_);
  if (!version) return version.error();
  seen_change_ = *change;
  version_ = *version;
  return version_;
}

Result<std::vector<ApiKey>> SqliteKeyStore::list() { return read_keys(database_); }

Status SqliteKeyStore::insert(const ApiKey& key) {
  seen_change_.reset();  // Our own commits do not move SQLite's counter.
  return write_key(database_, key);
}

Status SqliteKeyStore::revoke(const std::string& id, Timestamp at) {
  seen_change_.reset();
  return revoke_key(database_, id, at);
}

Status SqliteKeyStore::rotate(const std::string& id, const std::string& secret_sha256,
                              std::optional<Timestamp> previous_until) {
  seen_change_.reset();
  return rotate_key(database_, id, secret_sha256, previous_until);
}

Result<AuditHead> SqliteKeyStore::audit_head() { return read_audit_head(database_); }

Status SqliteKeyStore::set_audit_head(const AuditHead& head) {
  return write_audit_head(database_, head);
}

}  // namespace auscult::storage
