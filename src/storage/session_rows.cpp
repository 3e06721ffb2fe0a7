#include "storage/session_rows.hpp"

#include <utility>

#include "core/id.hpp"
#include "storage/columns.hpp"

namespace auscult::storage {
namespace {

Error no_session(const std::string& id) {
  return fail(ErrorCode::not_found, is_id(id)
                                        ? "there is no session " + id + "; it may have expired"
                                        : "a session's id has the form of a UUID");
}

Error full(std::string what) {
  return fail(ErrorCode::unavailable, std::move(what) + ": finish or delete one, or try later");
}

/// What open sessions hold, all or those of one device.
struct Held {
  std::int64_t sessions = 0;
  std::int64_t bytes = 0;
};

Result<Held> read_held(SqlConnection& database, const std::string* device) {
  std::string sql =
      "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM sessions WHERE recording IS "
      "NULL";
  if (device != nullptr) sql += " AND device = ?";
  Result<Statement> statement = database.prepare(sql);
  if (!statement) return statement.error();
  if (device != nullptr) statement->bind(*device);
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return Held{statement->integer(0), statement->integer(1)};
}

/// The row of a session without its chunks.
Result<UploadSession> read_head(SqlConnection& database, const std::string& id, Timestamp at) {
  Result<Statement> statement = database.prepare(
      "SELECT device, declared, created_at, expires_at, chunks, bytes, recording FROM sessions "
      "WHERE id = ? AND expires_at > ?");
  if (!statement) return statement.error();
  const Result<bool> row = statement->bind(id).bind(milliseconds(at)).step();
  if (!row) return row.error();
  if (!*row) return no_session(id);
  UploadSession session;
  session.id = id;
  session.device = statement->text(0);
  session.declared = statement->text(1);
  session.created_at = timestamp(statement->integer(2));
  session.expires_at = timestamp(statement->integer(3));
  session.chunks = static_cast<int>(statement->integer(4));
  session.bytes = statement->integer(5);
  if (!statement->is_null(6)) session.recording_id = statement->text(6);
  return session;
}

/// Fails if a chunk would take more than a session, a device or all of them may hold.
Status check_room(SqlConnection& database, const UploadSession& session, const Chunk& chunk,
                  const SessionLimits& limits) {
  const auto size = static_cast<std::int64_t>(chunk.bytes.size());
  if (chunk.number < 0 || chunk.number >= limits.max_chunks) {
    return fail(ErrorCode::too_large, "chunk " + std::to_string(chunk.number) +
                                          " is none: numbers go from 0 to " +
                                          std::to_string(limits.max_chunks - 1));
  }
  if (session.bytes + size > limits.max_bytes) {
    return fail(ErrorCode::too_large,
                "with this chunk the recording has " + std::to_string(session.bytes + size) +
                    " bytes; at most " + std::to_string(limits.max_bytes) + " are taken");
  }
  const Result<Held> of_device = read_held(database, &session.device);
  if (!of_device) return of_device.error();
  if (of_device->bytes + size > limits.max_bytes_per_device) {
    return full("the open sessions of " + session.device + " hold " +
                std::to_string(of_device->bytes) + " bytes, and may hold " +
                std::to_string(limits.max_bytes_per_device));
  }
  const Result<Held> held = read_held(database, nullptr);
  if (!held) return held.error();
  if (held->bytes + size > limits.max_total_bytes) {
    return full("all open sessions hold " + std::to_string(held->bytes) + " bytes, and may hold " +
                std::to_string(limits.max_total_bytes));
  }
  return Ok{};
}

}  // namespace

Status write_session(SqlConnection& database, const UploadSession& session,
                     const SessionLimits& limits) {
  const Result<Held> held = read_held(database, nullptr);
  if (!held) return held.error();
  if (held->sessions >= limits.max_sessions) {
    return full(std::to_string(held->sessions) + " sessions are open, the most there may be");
  }
  const Result<Held> of_device = read_held(database, &session.device);
  if (!of_device) return of_device.error();
  if (of_device->sessions >= limits.max_sessions_per_device) {
    return full(session.device + " has " + std::to_string(of_device->sessions) +
                " open sessions, the most a device may have");
  }
  Result<Statement> statement = database.prepare(
      "INSERT INTO sessions (id, device, declared, created_at, expires_at) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  return statement->bind(session.id)
      .bind(session.device)
      .bind(session.declared)
      .bind(milliseconds(session.created_at))
      .bind(milliseconds(session.expires_at))
      .run();
}

Result<UploadSession> read_session(SqlConnection& database, const std::string& id, Timestamp at) {
  Result<UploadSession> session = read_head(database, id, at);
  if (!session) return session;
  Result<Statement> statement =
      database.prepare("SELECT number FROM chunks WHERE session = ? ORDER BY number");
  if (!statement) return statement.error();
  statement->bind(id);
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return session;
    const auto number = static_cast<int>(statement->integer(0));
    if (!session->received.empty() && session->received.back().last + 1 == number) {
      session->received.back().last = number;
    } else {
      session->received.push_back({number, number});
    }
  }
}

Result<ChunkOutcome> write_chunk(SqlConnection& database, const Chunk& chunk,
                                 const SessionLimits& limits, Timestamp at) {
  const Result<UploadSession> session = read_head(database, chunk.session, at);
  if (!session) return session.error();
  if (session->recording_id) return ChunkOutcome::finished;
  {
    Result<Statement> present =
        database.prepare("SELECT sha256 FROM chunks WHERE session = ? AND number = ?");
    if (!present) return present.error();
    const Result<bool> row = present->bind(chunk.session).bind(chunk.number).step();
    if (!row) return row.error();
    if (*row) return present->text(0) == chunk.sha256 ? ChunkOutcome::same : ChunkOutcome::differs;
  }
  if (const Status room = check_room(database, *session, chunk, limits); !room) return room.error();
  Result<Statement> insert =
      database.prepare("INSERT INTO chunks (session, number, sha256, bytes) VALUES (?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->bind(chunk.session).bind(chunk.number).bind(chunk.sha256).bind(chunk.bytes);
  if (const Status inserted = insert->run(); !inserted) return inserted.error();
  Result<Statement> count =
      database.prepare("UPDATE sessions SET chunks = chunks + 1, bytes = bytes + ? WHERE id = ?");
  if (!count) return count.error();
  count->bind(static_cast<std::int64_t>(chunk.bytes.size())).bind(chunk.session);
  if (const Status counted = count->run(); !counted) return counted.error();
  return ChunkOutcome::stored;
}

Result<std::vector<std::byte>> read_chunks(SqlConnection& database, const std::string& id) {
  Result<Statement> statement =
      database.prepare("SELECT bytes FROM chunks WHERE session = ? ORDER BY number");
  if (!statement) return statement.error();
  statement->bind(id);
  std::vector<std::byte> all;
  {
    Result<Statement> size = database.prepare("SELECT bytes FROM sessions WHERE id = ?");
    if (!size) return size.error();
    const Result<bool> row = size->bind(id).step();
    if (!row) return row.error();
    if (*row) all.reserve(static_cast<std::size_t>(size->integer(0)));
  }
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return all;
    const std::vector<std::byte> chunk = statement->blob(0);
    all.insert(all.end(), chunk.begin(), chunk.end());
  }
}

Error session_changed(const std::string& id) {
  return fail(ErrorCode::unavailable,
              "session " + id + " was changed while it was finished: finish it again");
}

Status finish_session(Database& database, const FinishedSession& finished,
                      const std::string& recording_id) {
  Result<Statement> mark = database.prepare(
      "UPDATE sessions SET recording = ?, expires_at = max(expires_at, ?) "
      "WHERE id = ? AND chunks = ? AND recording IS NULL");
  if (!mark) return mark.error();
  mark->bind(recording_id).bind(milliseconds(finished.kept_until));
  mark->bind(finished.id).bind(finished.chunks);
  if (Status marked = mark->run(); !marked) return marked;
  if (database.changes() == 0) {
    return session_changed(finished.id);
  }
  Result<Statement> empty = database.prepare("DELETE FROM chunks WHERE session = ?");
  if (!empty) return empty.error();
  return empty->bind(finished.id).run();
}

Status delete_session(SqlConnection& database, const std::string& id) {
  Result<Statement> statement = database.prepare("DELETE FROM sessions WHERE id = ?");
  if (!statement) return statement.error();
  if (Status deleted = statement->bind(id).run(); !deleted) return deleted;
  if (database.changes() == 0) return no_session(id);
  return Ok{};
}

Result<std::int64_t> delete_expired_sessions(SqlConnection& database, Timestamp at) {
  Result<Statement> statement = database.prepare("DELETE FROM sessions WHERE expires_at <= ?");
  if (!statement) return statement.error();
  const Status deleted = statement->bind(milliseconds(at)).run();
  if (!deleted) return deleted.error();
  return database.changes();
}

}  // namespace auscult::storage
