#include "storage/logins.hpp"

#include "core/limits.hpp"
#include "storage/columns.hpp"

namespace auscult::storage {

Status LoginStore::add(const StoredLogin& login, Timestamp now) {
  return access_.write([&](SqlConnection& database) -> Status {
    Result<Statement> ended = database.prepare("DELETE FROM logins WHERE until <= ?");
    if (!ended) return ended.error();
    if (Status gone = ended->bind(milliseconds(now)).run(); !gone) return gone;
    Result<Statement> surplus = database.prepare(
        "DELETE FROM logins WHERE session_sha256 IN (SELECT session_sha256 FROM logins "
        "ORDER BY until DESC, session_sha256 LIMIT ? OFFSET ?)");
    if (!surplus) return surplus.error();
    surplus->bind(limits::kMaxLogins).bind(limits::kMaxLogins - 1);
    if (Status gone = surplus->run(); !gone) return gone;
    Result<Statement> insert = database.prepare(
        "INSERT INTO logins (session_sha256, key_id, secret_sha256, until) VALUES (?, ?, ?, ?)");
    if (!insert) return insert.error();
    insert->bind(login.session_sha256).bind(login.key_id).bind(login.secret_sha256);
    return insert->bind(milliseconds(login.until)).run();
  });
}

Result<std::optional<StoredLogin>> LoginStore::find(const std::string& session_sha256) {
  std::optional<StoredLogin> login;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    login.reset();
    Result<Statement> row = database.prepare(
        "SELECT session_sha256, key_id, secret_sha256, until FROM logins WHERE session_sha256 = ?");
    if (!row) return row.error();
    const Result<bool> found = row->bind(session_sha256).step();
    if (!found) return found.error();
    if (!*found) return Ok{};
    login = {row->text(0), row->text(1), row->text(2), timestamp(row->integer(3))};
    return Ok{};
  });
  if (!read) return read.error();
  return login;
}

Status LoginStore::remove(const std::string& session_sha256) {
  return access_.write([&](SqlConnection& database) -> Status {
    Result<Statement> login = database.prepare("DELETE FROM logins WHERE session_sha256 = ?");
    if (!login) return login.error();
    if (Status gone = login->bind(session_sha256).run(); !gone) return gone;
    if (database.changes() == 0) return Ok{};
    return database.execute(
        "UPDATE security SET keys_version = keys_version + 1 WHERE \"only\" = 1");
  });
}

}  // namespace auscult::storage
