#include "storage/request_rows.hpp"

#include <utility>

#include "storage/columns.hpp"
#include "storage/rows.hpp"

namespace auscult::storage {
namespace {

// The recording as it was answered: without what people said of it since.
constexpr const char* kSelect =
    "SELECT fingerprint, recording, recordings.sha256, id FROM requests JOIN recordings USING "
    "(sequence) "
    "WHERE deleted_at IS NULL AND ";

Result<std::optional<Answered>> read_one(Statement& statement) {
  const Result<bool> row = statement.step();
  if (!row) return row.error();
  if (!*row) return std::optional<Answered>();
  const auto sha256 =
      statement.is_null(2) ? std::nullopt : std::optional<std::string>(statement.text(2));
  Result<Recording> recording = parse_kept(statement.text(1), sha256, statement.text(3));
  if (!recording) return recording.error();
  recording->review.reset();
  return std::optional(Answered{statement.text(0), *std::move(recording)});
}

}  // namespace

Error answered_meanwhile() {
  return fail(ErrorCode::unavailable,
              "the same request was answered in another process meanwhile: ask again");
}

Status write_request(Database& database, const Origin& origin, Timestamp received_at) {
  // A key whose recording has been deleted is free again.
  Result<Statement> statement = database.prepare(
      "INSERT OR REPLACE INTO requests (sequence, key, fingerprint, received_at) "
      "VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->bind(database.last_insert_rowid()).bind(origin.key).bind(origin.fingerprint);
  return statement->bind(milliseconds(received_at)).run();
}

Result<std::optional<Answered>> read_answered(SqlConnection& database, const std::string& key) {
  Result<Statement> statement = database.prepare(std::string(kSelect) + "key = ?");
  if (!statement) return statement.error();
  return read_one(statement->bind(key));
}

Result<std::optional<Recording>> read_repeated(SqlConnection& database,
                                               const std::string& fingerprint, Timestamp from,
                                               Timestamp to) {
  Result<Statement> statement =
      database.prepare(std::string(kSelect) +
                       "key IS NULL AND fingerprint = ? AND requests.received_at BETWEEN ? AND ? "
                       "ORDER BY sequence DESC LIMIT 1");
  if (!statement) return statement.error();
  statement->bind(fingerprint).bind(milliseconds(from)).bind(milliseconds(to));
  Result<std::optional<Answered>> answered = read_one(*statement);
  if (!answered) return answered.error();
  if (!*answered) return std::optional<Recording>();
  return std::optional(std::move((*answered)->recording));
}

Status check_unanswered(SqlConnection& database, const Origin& origin) {
  if (!origin.unless_answered) return Ok{};
  const auto [from, to] = *origin.unless_answered;
  bool is_answered = false;
  if (origin.key) {
    const Result<std::optional<Answered>> answered = read_answered(database, *origin.key);
    if (!answered) return answered.error();
    const auto at = *answered ? std::optional((*answered)->recording.received_at) : std::nullopt;
    is_answered = at && *at >= from && *at <= to;
  } else {
    const Result<std::optional<Recording>> repeated =
        read_repeated(database, origin.fingerprint, from, to);
    if (!repeated) return repeated.error();
    is_answered = repeated->has_value();
  }
  return is_answered ? answered_meanwhile() : Status(Ok{});
}

Status delete_requests(SqlConnection& database, Timestamp unkeyed_until, Timestamp keyed_until) {
  Result<Statement> unkeyed =
      database.prepare("DELETE FROM requests WHERE key IS NULL AND received_at <= ?");
  if (!unkeyed) return unkeyed.error();
  Status deleted = unkeyed->bind(milliseconds(unkeyed_until)).run();
  if (!deleted) return deleted;
  Result<Statement> keyed =
      database.prepare("DELETE FROM requests WHERE key IS NOT NULL AND received_at <= ?");
  if (!keyed) return keyed.error();
  return keyed->bind(milliseconds(keyed_until)).run();
}

}  // namespace auscult::storage
