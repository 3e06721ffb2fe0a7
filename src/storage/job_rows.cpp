#include "storage/job_rows.hpp"

#include "storage/columns.hpp"

namespace auscult::storage {

Error claim_lost(const std::string& job) {
  return fail(ErrorCode::unavailable,
              "job " + job + " took longer than its lease, and is another worker's now");
}

Status end_job(SqlConnection& database, const JobClaim& claim) {
  Result<Statement> statement =
      database.prepare("DELETE FROM jobs WHERE id = ? AND attempts = ? AND is_dead = 0");
  if (!statement) return statement.error();
  if (Status ended = statement->bind(claim.id).bind(claim.attempt).run(); !ended) return ended;
  return database.changes() == 1 ? Status(Ok{}) : claim_lost(claim.id);
}

Status write_deliveries(SqlConnection& database, const Recording& recording) {
  Result<Statement> statement = database.prepare(
      "INSERT INTO jobs (id, kind, subject, details, created_at, due_at) "
      "SELECT ?1 || '.' || id, 'webhook', ?1, id, ?2, ?2 FROM webhooks "
      "WHERE (device IS NULL OR device = ?3) AND (class IS NULL OR class = ?4) "
      "AND (min_confidence IS NULL OR min_confidence <= ?5) AND (quality IS NULL OR quality = ?6)");
  if (!statement) return statement.error();
  const bool good = recording.result.quality.verdict == Quality::Verdict::good;
  return statement->bind(recording.id)
      .bind(milliseconds(recording.received_at))
      .bind(recording.device)
      .bind(recording.result.class_name())
      .bind(recording.result.confidence)
      .bind(good ? "good" : "poor")
      .run();
}

}  // namespace auscult::storage
