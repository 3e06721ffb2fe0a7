#include "storage/key_rows.hpp"

#include <functional>
#include <utility>

#include "storage/columns.hpp"

namespace auscult::storage {
namespace {

std::optional<std::int64_t> optional_milliseconds(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return milliseconds(*time);
}

std::optional<Timestamp> optional_time(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return timestamp(row.integer(column));
}

/// Runs a change of the keys together with the new version; `run` must change a row.
Status change(SqlConnection& database, const std::string& id, const std::function<Status()>& run) {
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  if (Status changed = run(); !changed) return changed;
  if (database.changes() == 0) {
    return fail(ErrorCode::not_found, "there is no key \"" + id + "\" that is in use");
  }
  Status marked =
      database.execute("UPDATE security SET keys_version = keys_version + 1 WHERE \"only\" = 1");
  if (!marked) return marked;
  return transaction->commit();
}

}  // namespace

Result<std::int64_t> read_keys_version(SqlConnection& database) {
  return database.query_integer("SELECT keys_version FROM security WHERE \"only\" = 1");
}

Result<std::vector<ApiKey>> read_keys(SqlConnection& database) {
  Result<Statement> row = database.prepare(
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

Status write_key(SqlConnection& database, const ApiKey& key) {
  return change(database, key.id, [&]() -> Status {
    const Result<std::int64_t> count = database.query_integer("SELECT count(*) FROM api_keys");
    if (!count) return count.error();
    if (*count >= kMaxApiKeys) {
      return fail(ErrorCode::too_large,
                  "there are " + std::to_string(*count) + " keys already, the most there may be");
    }
    Result<Statement> insert = database.prepare(
        "INSERT INTO api_keys (id, name, scopes, secret_sha256, created_at, expires_at, "
        "requests_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    std::optional<std::int64_t> rate;
    if (key.requests_per_minute) rate = *key.requests_per_minute;
    insert->bind(key.id).bind(key.name).bind(key.scopes).bind(key.secret_sha256);
    insert->bind(milliseconds(key.created_at));
    insert->bind(optional_milliseconds(key.expires_at)).bind(rate);
    return insert->run();
  });
}

Status revoke_key(SqlConnection& database, const std::string& id, Timestamp at) {
  return change(database, id, [&]() -> Status {
    Result<Statement> update = database.prepare(
        "UPDATE api_keys SET revoked_at = ?, previous_sha256 = NULL, previous_until = NULL "
        "WHERE id = ? AND revoked_at IS NULL");
    if (!update) return update.error();
    return update->bind(milliseconds(at)).bind(id).run();
  });
}

Status rotate_key(SqlConnection& database, const std::string& id, const std::string& secret_sha256,
                  std::optional<Timestamp> previous_until) {
  return change(database, id, [&]() -> Status {
    Result<Statement> update = database.prepare(
        "UPDATE api_keys SET previous_sha256 = CASE WHEN ?1 IS NULL THEN NULL ELSE secret_sha256 "
        "END, previous_until = ?1, secret_sha256 = ?2 WHERE id = ?3 AND revoked_at IS NULL");
    if (!update) return update.error();
    return update->bind(optional_milliseconds(previous_until)).bind(secret_sha256).bind(id).run();
  });
}

Result<AuditHead> read_audit_head(SqlConnection& database) {
  Result<Statement> row =
      database.prepare("SELECT audit_lines, audit_sha256 FROM security WHERE \"only\" = 1");
  if (!row) return row.error();
  const Result<bool> found = row->step();
  if (!found) return found.error();
  if (!*found) return AuditHead{};
  return AuditHead{row->integer(0), row->text(1)};
}

Status write_audit_head(SqlConnection& database, const AuditHead& head) {
  Result<Statement> update = database.prepare(
      "UPDATE security SET audit_lines = ?1, audit_sha256 = ?2 WHERE \"only\" = 1 AND audit_lines "
      "< "
      "?1");
  if (!update) return update.error();
  return update->bind(head.lines).bind(head.sha256).run();
}

}  // namespace auscult::storage
