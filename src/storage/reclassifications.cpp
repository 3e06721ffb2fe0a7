#include "storage/reclassifications.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/limits.hpp"
#include "storage/columns.hpp"
#include "storage/job_rows.hpp"
#include "storage/rows.hpp"

namespace auscult::storage {
namespace {

// Of the order of storing, looked through in one transaction: some ten milliseconds.
constexpr std::int64_t kPlannedAtOnce = 10'000;

Error no_reclassification(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no reclassification \"" + id + "\"");
}

/// The ends of a job's part of the order of storing, both inclusive: its details, "1 100".
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

Result<Range> range_of(const Job& job) {
  Range range;
  const char* const end = job.details.data() + job.details.size();
  const auto [space, first] = std::from_chars(job.details.data(), end, range.first);
  if (first == std::errc{} && space != end && *space == ' ') {
    const auto [stop, last] = std::from_chars(space + 1, end, range.last);
    if (last == std::errc{} && stop == end) return range;
  }
  return fail(ErrorCode::storage_failure,
              "job " + job.id + " says \"" + job.details + "\", which is no part of a history");
}

}  // namespace

/// The reclassifications of a condition on their table `r`.
Result<std::vector<Reclassification>> Reclassifications::read(const std::string& where,
                                                              const std::string* parameter,
                                                              int limit) {
  std::vector<Reclassification> found;
  const Status done = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT id, name, version, r.sha256, chosen, created_at, planned_to, plan_to, "
        "(SELECT count(*) FROM answers WHERE reclassification = r.id), "
        "(SELECT count(class) FROM answers WHERE reclassification = r.id), "
        "(SELECT count(error) FROM answers WHERE reclassification = r.id) "
        "FROM reclassifications AS r " +
        where + " ORDER BY id DESC LIMIT ?");
    if (!statement) return statement.error();
    if (parameter != nullptr) statement->bind(*parameter);
    statement->bind(limit);
    found.clear();
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      Reclassification& each = found.emplace_back();
      each.id = statement->text(0);
      each.name = statement->text(1);
      each.version = statement->text(2);
      each.sha256 = statement->text(3);
      each.chosen = statement->text(4);
      each.created_at = timestamp(statement->integer(5));
      each.is_planned = statement->integer(6) >= statement->integer(7);
      each.total = statement->integer(8);
      each.judged = statement->integer(9);
      each.failed = statement->integer(10);
    }
  });
  if (!done) return done.error();
  return found;
}

/// The id of an unfinished one that is the same, or of `wanted`, which is then begun.
Result<std::string> Reclassifications::start(const Reclassification& wanted) {
  std::string id = wanted.id;
  const Status started = access_.write([&](SqlConnection& database) -> Status {
    {
      Result<Statement> same = database.prepare(
          "SELECT id FROM reclassifications AS r WHERE sha256 = ? AND chosen = ? "
          "AND (planned_to < plan_to OR EXISTS (SELECT 1 FROM answers "
          "WHERE reclassification = r.id AND class IS NULL AND error IS NULL)) LIMIT 1");
      if (!same) return same.error();
      const Result<bool> row = same->bind(wanted.sha256).bind(wanted.chosen).step();
      if (!row) return row.error();
      if (*row) {
        id = same->text(0);
        return Ok{};
      }
    }
    Result<Statement> insert = database.prepare(
        "INSERT INTO reclassifications (id, name, version, sha256, chosen, created_at, planned_to, "
        "plan_to) VALUES (?, ?, ?, ?, ?, ?, 0, (SELECT coalesce(max(sequence), 0) FROM "
        "recordings))");
    if (!insert) return insert.error();
    insert->bind(wanted.id).bind(wanted.name).bind(wanted.version).bind(wanted.sha256);
    return insert->bind(wanted.chosen).bind(milliseconds(wanted.created_at)).run();
  });
  if (!started) return started.error();
  return id;
}

/// Makes the next rows and jobs; whether there are more to make.
Result<bool> Reclassifications::plan_some(const std::string& id, const ListQuery& which) {
  bool is_more = false;
  const Status planned = access_.write([&](SqlConnection& database) -> Status {
    std::int64_t from = 0;
    std::int64_t to = 0;
    {
      Result<Statement> where =
          database.prepare("SELECT planned_to, plan_to FROM reclassifications WHERE id = ?");
      if (!where) return where.error();
      const Result<bool> row = where->bind(id).step();
      if (!row) return row.error();
      if (!*row) return no_reclassification(id);
      from = where->integer(0);
      to = std::min(where->integer(1), from + kPlannedAtOnce);
      is_more = to < where->integer(1);
    }
    if (from >= to) return Ok{};
    std::string sql =
        "INSERT INTO answers (reclassification, sequence) "
        "SELECT CAST(? AS TEXT), sequence FROM recordings LEFT JOIN reviews USING (sequence) "
        "WHERE deleted_at IS NULL AND sequence > ? AND sequence <= ?";
    if (which.to) sql += " AND received_at < ?";
    Result<Statement> answers = database.prepare(sql + conditions_of(which));
    if (!answers) return answers.error();
    answers->bind(id).bind(from).bind(to);
    if (which.to) answers->bind(milliseconds(*which.to));
    bind_conditions(*answers, which);
    if (Status written = answers->run(); !written) return written;

    Result<Statement> jobs = database.prepare(
        "INSERT INTO jobs (id, kind, subject, details, model, created_at, due_at) "
        "SELECT r.id || '.' || CAST(first AS TEXT), 'reclassify', r.id, "
        "CAST(first AS TEXT) || ' ' || CAST(last AS TEXT), r.sha256, r.created_at, r.created_at "
        "FROM (SELECT min(sequence) AS first, max(sequence) AS last FROM "
        "  (SELECT sequence, (row_number() OVER (ORDER BY sequence) - 1) / ?1 AS batch FROM answers"
        "   WHERE reclassification = ?2 AND sequence > ?3 AND sequence <= ?4) AS numbered "
        "  GROUP BY batch) AS batches JOIN reclassifications AS r ON r.id = ?2");
    if (!jobs) return jobs.error();
    jobs->bind(limits::kReclassifyBatch).bind(id).bind(from).bind(to);
    if (Status written = jobs->run(); !written) return written;
    Result<Statement> mark =
        database.prepare("UPDATE reclassifications SET planned_to = ? WHERE id = ?");
    if (!mark) return mark.error();
    return mark->bind(to).bind(id).run();
  });
  if (!planned) return planned.error();
  return is_more;
}

Result<Reclassification> Reclassifications::begin(const Reclassification& wanted,
                                                  const ListQuery& which) {
  const Result<std::string> id = start(wanted);
  if (!id) return id.error();
  for (;;) {
    const Result<bool> more = plan_some(*id, which);
    if (!more) return more.error();
    if (!*more) return find(*id);
  }
}

Result<Reclassification> Reclassifications::find(const std::string& id) {
  Result<std::vector<Reclassification>> found = read("WHERE r.id = ?", &id, 1);
  if (!found) return found.error();
  if (found->empty()) return no_reclassification(id);
  return std::move(found->front());
}

Result<std::vector<Reclassification>> Reclassifications::list(int limit) {
  return read("", nullptr, limit);
}

Status Reclassifications::remove(const std::string& id) {
  return access_.write([&](SqlConnection& database) -> Status {
    Result<Statement> jobs =
        database.prepare("DELETE FROM jobs WHERE kind = 'reclassify' AND subject = ?");
    if (!jobs) return jobs.error();
    if (Status gone = jobs->bind(id).run(); !gone) return gone;
    Result<Statement> all = database.prepare("DELETE FROM reclassifications WHERE id = ?");
    if (!all) return all.error();
    if (Status gone = all->bind(id).run(); !gone) return gone;
    return database.changes() == 1 ? Status(Ok{}) : no_reclassification(id);
  });
}

Result<std::vector<Pending>> Reclassifications::pending(const Job& job) {
  const Result<Range> range = range_of(job);
  if (!range) return range.error();
  std::vector<Pending> pending;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT sequence, id FROM answers JOIN recordings USING (sequence) "
        "WHERE reclassification = ? AND sequence BETWEEN ? AND ? "
        "AND answers.class IS NULL AND error IS NULL ORDER BY sequence");
    if (!statement) return statement.error();
    statement->bind(job.subject).bind(range->first).bind(range->last);
    pending.clear();
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      pending.push_back({statement->integer(0), statement->text(1)});
    }
  });
  if (!read) return read.error();
  return pending;
}

Status Reclassifications::finish(const Job& job, std::span<const NewAnswer> answers) {
  return access_.write([&](SqlConnection& database) -> Status {
    if (Status ended = end_job(database, job.claim()); !ended) return ended;
    for (const NewAnswer& answer : answers) {
      Result<Statement> statement = database.prepare(
          "UPDATE answers SET class = ?, confidence = ?, answer = ?, sha256 = ?, error = ? "
          "WHERE reclassification = ? AND sequence = ?");
      if (!statement) return statement.error();
      if (answer.error) {
        statement->bind(nullptr).bind(nullptr).bind(nullptr).bind(nullptr).bind(*answer.error);
      } else {
        statement->bind(answer.class_name).bind(answer.confidence).bind(answer.answer);
        statement->bind(sha256_hex(std::as_bytes(std::span(answer.answer)))).bind(nullptr);
      }
      statement->bind(job.subject).bind(answer.sequence);
      if (Status written = statement->run(); !written) return written;
    }
    return Ok{};
  });
}

Result<std::vector<Answer>> Reclassifications::answers_of(const std::string& recording) {
  std::vector<Answer> answers;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT r.id, name, version, r.sha256, answer, answers.sha256 FROM answers "
        "JOIN recordings USING (sequence) JOIN reclassifications AS r ON r.id = reclassification "
        "WHERE recordings.id = ? AND answers.class IS NOT NULL ORDER BY r.id DESC");
    if (!statement) return statement.error();
    statement->bind(recording);
    answers.clear();
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      answers.push_back({statement->text(0), statement->text(1), statement->text(2),
                         statement->text(3), statement->text(4)});
      if (statement->text(5) != sha256_hex(std::as_bytes(std::span(answers.back().answer)))) {
        return fail(ErrorCode::storage_failure,
                    "an answer to recording " + recording + " is damaged on disk: delete " +
                        "reclassification " + answers.back().reclassification +
                        " and begin it anew");
      }
    }
  });
  if (!read) return read.error();
  return answers;
}

Result<std::vector<ClassChange>> Reclassifications::changes(const std::string& id) {
  std::vector<ClassChange> changes;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT recordings.class, answers.class, count(*) FROM answers "
        "JOIN recordings USING (sequence) WHERE reclassification = ? AND answers.class IS NOT NULL "
        "GROUP BY recordings.class, answers.class ORDER BY recordings.class, answers.class");
    if (!statement) return statement.error();
    statement->bind(id);
    changes.clear();
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      changes.push_back({statement->text(0), statement->text(1), statement->integer(2)});
    }
  });
  if (!read) return read.error();
  return changes;
}

}  // namespace auscult::storage
