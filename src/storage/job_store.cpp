#include "storage/job_store.hpp"

#include <array>
#include <utility>

#include "core/hash.hpp"
#include "storage/columns.hpp"
#include "storage/job_rows.hpp"

namespace auscult::storage {
namespace {

constexpr const char* kColumns =
    "id, kind, subject, details, model, key, fingerprint, bytes, created_at, due_at, attempts, "
    "forgiven, is_dead, error_code, error";

std::optional<std::string> optional_text(const Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return statement.text(column);
}

ErrorCode parse_error_code(std::string_view name) {
  constexpr std::array kCodes = {
      ErrorCode::invalid_argument,  ErrorCode::malformed_audio,   ErrorCode::unsupported_format,
      ErrorCode::unsupported_model, ErrorCode::too_large,         ErrorCode::not_found,
      ErrorCode::unavailable,       ErrorCode::deadline_exceeded, ErrorCode::storage_failure};
  for (const ErrorCode code : kCodes) {
    if (to_string(code) == name) return code;
  }
  return ErrorCode::internal;
}

/// The job of the current row of a query for kColumns.
Result<Job> read_row(const Statement& statement) {
  const std::optional<JobKind> kind = parse_job_kind(statement.text(1));
  Job job;
  job.id = statement.text(0);
  if (!kind) {
    return fail(ErrorCode::storage_failure, "job " + job.id +
                                                " is of a kind that this version does not know, " +
                                                statement.text(1) + ": a newer version must do it");
  }
  job.kind = *kind;
  job.subject = statement.text(2);
  job.details = statement.text(3);
  job.model = optional_text(statement, 4);
  job.key = optional_text(statement, 5);
  job.fingerprint = optional_text(statement, 6);
  job.bytes = statement.integer(7);
  job.created_at = timestamp(statement.integer(8));
  job.due_at = timestamp(statement.integer(9));
  job.attempts = static_cast<int>(statement.integer(10));
  job.forgiven = static_cast<int>(statement.integer(11));
  job.is_dead = statement.integer(12) != 0;
  if (const auto message = optional_text(statement, 14)) {
    job.error = fail(parse_error_code(statement.text(13)), *message);
  }
  return job;
}

Result<std::vector<Job>> read_all(Statement& statement) {
  std::vector<Job> jobs;
  for (;;) {
    const Result<bool> row = statement.step();
    if (!row) return row.error();
    if (!*row) return jobs;
    Result<Job> job = read_row(statement);
    if (!job) return job.error();
    jobs.push_back(*std::move(job));
  }
}

/// The upload in the queue that is the same request.
Result<std::optional<Queued>> read_same(SqlConnection& database, const NewUploadJob& upload) {
  if (!upload.key && !upload.unless_queued) return std::optional<Queued>();
  std::string sql = "SELECT id, fingerprint FROM jobs WHERE is_dead = 0 AND ";
  sql += upload.key ? "key = ?" : "key IS NULL AND fingerprint = ? AND created_at BETWEEN ? AND ?";
  Result<Statement> statement = database.prepare(sql + " ORDER BY id LIMIT 1");
  if (!statement) return statement.error();
  if (upload.key) {
    statement->bind(*upload.key);
  } else {
    statement->bind(upload.fingerprint);
    statement->bind(milliseconds(upload.unless_queued->from));
    statement->bind(milliseconds(upload.unless_queued->to));
  }
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Queued>();
  return std::optional(Queued{statement->text(0), statement->text(1), false});
}

/// Fails if with another upload the queue would hold too much.
Status check_room(SqlConnection& database, const NewUploadJob& upload, const JobLimits& limits) {
  Result<Statement> statement = database.prepare(
      "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM jobs WHERE kind = 'upload'");
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  const std::int64_t uploads = statement->integer(0);
  const std::int64_t bytes = statement->integer(1);
  if (uploads < limits.max_uploads &&
      bytes + static_cast<std::int64_t>(upload.body.size()) <= limits.max_bytes) {
    return Ok{};
  }
  return fail(ErrorCode::unavailable, "the queue is full: " + std::to_string(uploads) +
                                          " uploads of " + std::to_string(bytes) +
                                          " bytes in all wait or have failed; try again later");
}

Status write_upload(SqlConnection& database, const NewUploadJob& upload) {
  Result<Statement> job = database.prepare(
      "INSERT INTO jobs (id, kind, subject, details, key, fingerprint, bytes, created_at, due_at) "
      "VALUES (?, 'upload', ?, ?, ?, ?, ?, ?, ?)");
  if (!job) return job.error();
  job->bind(upload.id).bind(upload.id).bind(upload.details).bind(upload.key);
  job->bind(upload.fingerprint).bind(static_cast<std::int64_t>(upload.body.size()));
  job->bind(milliseconds(upload.created_at)).bind(milliseconds(upload.created_at));
  if (Status written = job->run(); !written) return written;
  Result<Statement> body =
      database.prepare("INSERT INTO job_bodies (job, sha256, bytes) VALUES (?, ?, ?)");
  if (!body) return body.error();
  return body->bind(upload.id).bind(sha256_hex(upload.body)).bind(upload.body).run();
}

Error no_job(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no job \"" + id + "\" that was given up");
}

}  // namespace

std::string_view to_string(JobKind kind) {
  switch (kind) {
    case JobKind::upload:
      return "upload";
    case JobKind::reclassify:
      return "reclassify";
    case JobKind::webhook:
      return "webhook";
  }
  return "";
}

std::optional<JobKind> parse_job_kind(std::string_view name) {
  for (const JobKind kind : kJobKinds) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

Result<Queued> JobStore::enqueue(const NewUploadJob& upload, const JobLimits& limits) {
  Queued queued{upload.id, upload.fingerprint, true};
  const Status written = access_.write([&](SqlConnection& database) -> Status {
    Result<std::optional<Queued>> same = read_same(database, upload);
    if (!same) return same.error();
    if (*same) {
      queued = **std::move(same);
      return Ok{};
    }
    if (Status room = check_room(database, upload, limits); !room) return room;
    return write_upload(database, upload);
  });
  if (!written) return written.error();
  return queued;
}

Result<std::optional<Job>> JobStore::claim(JobKind kind, const std::string& model, Timestamp at,
                                           std::chrono::milliseconds lease) {
  std::optional<Job> claimed;
  // Nothing is written where nothing is due.
  const std::string due =
      "SELECT id FROM jobs WHERE kind = ?1 AND is_dead = 0 AND due_at <= ?2 "
      "AND (model IS NULL OR model = ?3) ORDER BY due_at, id LIMIT 1";
  bool is_due = false;
  const Status looked = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(due);
    if (!statement) return statement.error();
    statement->bind(to_string(kind)).bind(milliseconds(at)).bind(model);
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    is_due = *row;
    return Ok{};
  });
  if (!looked) return looked.error();
  if (!is_due) return claimed;

  const Status taken = access_.change([&](SqlConnection& database) -> Status {
    Result<Statement> statement =
        database.prepare("UPDATE jobs SET attempts = attempts + 1, due_at = ?4 WHERE id = (" + due +
                         access_.skip_locked() + ") RETURNING " + kColumns);
    if (!statement) return statement.error();
    statement->bind(to_string(kind)).bind(milliseconds(at)).bind(model);
    statement->bind(milliseconds(at + lease));
    Result<std::vector<Job>> jobs = read_all(*statement);
    if (!jobs) return jobs.error();
    if (!jobs->empty()) claimed = std::move(jobs->front());
    return Ok{};
  });
  if (!taken) return taken.error();
  return claimed;
}

Result<std::vector<std::byte>> JobStore::body(const std::string& id) {
  std::vector<std::byte> bytes;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement =
        database.prepare("SELECT bytes, sha256 FROM job_bodies WHERE job = ?");
    if (!statement) return statement.error();
    const Result<bool> row = statement->bind(id).step();
    if (!row) return row.error();
    if (!*row) return fail(ErrorCode::not_found, "job " + id + " has no upload any more");
    bytes = statement->blob(0);
    if (statement->text(1) == sha256_hex(bytes)) return Ok{};
    return fail(ErrorCode::storage_failure, "the upload of job " + id + " is damaged on disk");
  });
  if (!read) return read.error();
  return bytes;
}

/// Runs the UPDATE of a job that is still the claim's. Its parameters are the code and the message
/// of the error, and the time, as far as they are given; then the claim.
Status JobStore::settle(const JobClaim& claim, const std::string& sql, const Error* error,
                        std::optional<Timestamp> due_at) {
  return access_.change([&](SqlConnection& database) -> Status {
    Result<Statement> statement =
        database.prepare(sql + " WHERE id = ? AND attempts = ? AND is_dead = 0");
    if (!statement) return statement.error();
    if (error != nullptr) statement->bind(to_string(error->code)).bind(error->message);
    if (due_at) statement->bind(milliseconds(*due_at));
    if (Status run = statement->bind(claim.id).bind(claim.attempt).run(); !run) return run;
    return database.changes() == 1 ? Status(Ok{}) : claim_lost(claim.id);
  });
}

Status JobStore::renew(const JobClaim& claim, Timestamp until) {
  return settle(claim, "UPDATE jobs SET due_at = ?", nullptr, until);
}

Status JobStore::finish(const JobClaim& claim) {
  return access_.change([&](SqlConnection& database) { return end_job(database, claim); });
}

Status JobStore::put_off(const JobClaim& claim, const Error& error, Timestamp due_at) {
  return settle(claim, "UPDATE jobs SET error_code = ?, error = ?, due_at = ?", &error, due_at);
}

Status JobStore::bury(const JobClaim& claim, const Error& error) {
  return settle(claim, "UPDATE jobs SET error_code = ?, error = ?, is_dead = 1", &error,
                std::nullopt);
}

Result<Job> JobStore::find(const std::string& id) {
  std::optional<Job> found;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement =
        database.prepare(std::string("SELECT ") + kColumns + " FROM jobs WHERE id = ?");
    if (!statement) return statement.error();
    Result<std::vector<Job>> jobs = read_all(statement->bind(id));
    if (!jobs) return jobs.error();
    if (jobs->empty()) return fail(ErrorCode::not_found, "there is no job \"" + id + "\"");
    found = std::move(jobs->front());
    return Ok{};
  });
  if (!read) return read.error();
  return *std::move(found);
}

Result<std::vector<Job>> JobStore::list(std::optional<JobKind> kind, bool dead_only, int limit) {
  std::vector<Job> found;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    std::string sql = std::string("SELECT ") + kColumns + " FROM jobs WHERE is_dead >= ?";
    if (kind) sql += " AND kind = ?";
    Result<Statement> statement =
        database.prepare(sql + " ORDER BY is_dead DESC, created_at, id LIMIT ?");
    if (!statement) return statement.error();
    statement->bind(dead_only ? 1 : 0);
    if (kind) statement->bind(to_string(*kind));
    Result<std::vector<Job>> jobs = read_all(statement->bind(limit));
    if (!jobs) return jobs.error();
    found = *std::move(jobs);
    return Ok{};
  });
  if (!read) return read.error();
  return found;
}

Result<std::vector<JobCount>> JobStore::count() {
  std::vector<JobCount> counts;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT kind, CAST(sum(1 - is_dead) AS BIGINT), CAST(sum(is_dead) AS BIGINT), "
        "min(CASE is_dead WHEN 0 THEN created_at END) FROM jobs GROUP BY kind");
    if (!statement) return statement.error();
    counts.clear();
    for (const JobKind kind : kJobKinds) counts.push_back({kind, 0, 0, std::nullopt});
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      const std::optional<JobKind> kind = parse_job_kind(statement->text(0));
      if (!kind) continue;  // Of a newer version, perhaps.
      JobCount& count = counts[static_cast<std::size_t>(*kind)];
      count.waiting = statement->integer(1);
      count.dead = statement->integer(2);
      if (!statement->is_null(3)) count.oldest = timestamp(statement->integer(3));
    }
  });
  if (!read) return read.error();
  return counts;
}

Status JobStore::revive(const std::string& id, Timestamp at) {
  return access_.change([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "UPDATE jobs SET is_dead = 0, forgiven = attempts, due_at = ? WHERE id = ? AND is_dead = "
        "1");
    if (!statement) return statement.error();
    if (Status run = statement->bind(milliseconds(at)).bind(id).run(); !run) return run;
    return database.changes() == 1 ? Status(Ok{}) : no_job(id);
  });
}

Status JobStore::drop(const std::string& id) {
  return access_.change([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare("DELETE FROM jobs WHERE id = ? AND is_dead = 1");
    if (!statement) return statement.error();
    if (Status run = statement->bind(id).run(); !run) return run;
    return database.changes() == 1 ? Status(Ok{}) : no_job(id);
  });
}

Status JobStore::forget_dead(JobKind kind, Timestamp made_before) {
  return access_.change([&](SqlConnection& database) -> Status {
    Result<Statement> statement =
        database.prepare("DELETE FROM jobs WHERE kind = ? AND is_dead = 1 AND created_at < ?");
    if (!statement) return statement.error();
    return statement->bind(to_string(kind)).bind(milliseconds(made_before)).run();
  });
}

}  // namespace auscult::storage
