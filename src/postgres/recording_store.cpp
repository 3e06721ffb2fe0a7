#include "postgres/recording_store.hpp"

#include <cassert>
#include <exception>
#include <utility>

#include "json/json.hpp"
#include "storage/columns.hpp"
#include "storage/copied.hpp"
#include "storage/job_rows.hpp"
#include "storage/request_rows.hpp"
#include "storage/retention.hpp"
#include "storage/rows.hpp"
#include "storage/session_rows.hpp"

namespace auscult::postgres {
namespace {

using storage::milliseconds;

// A recording with all that belongs to it, unless its request has been answered. Parameters 1 to 8
// are the row's, 9 to 11 the sound's, 12 and 13 the request's key and fingerprint, 14 and 15 within
// which time an answer counts, 16 to 18 the session, how many chunks it must have, and until when
// it is kept, 19 and 20 the job and its attempt. Says whether it was stored, and whether its
// session and its job ended.
const std::string& insert_sql() {
  static const std::string kSql = std::string(R"sql(
WITH stored AS (
  INSERT INTO recordings (id, device, class, received_at, confidence, recording, quality, sha256)
  SELECT ?1::text, ?2::text, ?3::text, ?4::bigint, ?5::float8, ?6::text, ?7::text, ?8::text
  WHERE NOT EXISTS (
    SELECT 1 FROM requests JOIN recordings AS earlier USING (sequence)
    WHERE requests.key = ?12::text AND requests.received_at BETWEEN ?14::bigint AND ?15::bigint
      AND earlier.deleted_at IS NULL)
  AND NOT EXISTS (
    SELECT 1 FROM requests JOIN recordings AS earlier USING (sequence)
    WHERE ?12::text IS NULL AND requests.key IS NULL AND requests.fingerprint = ?13::text
      AND requests.received_at BETWEEN ?14::bigint AND ?15::bigint
      AND earlier.deleted_at IS NULL)
  RETURNING sequence),
sound AS (
  INSERT INTO audio (sequence, media_type, bytes, sha256)
  SELECT sequence, ?9::text, ?10::bytea, ?11::text FROM stored),
request AS (
  INSERT INTO requests (sequence, key, fingerprint, received_at)
  SELECT sequence, ?12::text, ?13::text, ?4::bigint FROM stored WHERE ?13::text <> ''
  ON CONFLICT (key) WHERE key IS NOT NULL DO UPDATE SET sequence = excluded.sequence,
    fingerprint = excluded.fingerprint, received_at = excluded.received_at),
ended AS (
  UPDATE sessions SET recording = ?1::text, expires_at = greatest(expires_at, ?18::bigint)
  WHERE id = ?16::text AND chunks = ?17::bigint AND recording IS NULL
    AND EXISTS (SELECT 1 FROM stored)
  RETURNING id),
emptied AS (DELETE FROM chunks WHERE session IN (SELECT id FROM ended)),
done AS (
  DELETE FROM jobs WHERE id = ?19::text AND attempts = ?20::bigint AND is_dead = 0
    AND EXISTS (SELECT 1 FROM stored)
  RETURNING id),
told AS (
  INSERT INTO jobs (id, kind, subject, details, created_at, due_at)
  SELECT ?1::text || '.' || id, 'webhook', ?1::text, id, ?4::bigint, ?4::bigint FROM webhooks
  WHERE EXISTS (SELECT 1 FROM stored)
    AND (device IS NULL OR device = ?2::text) AND (class IS NULL OR class = ?3::text)
    AND (min_confidence IS NULL OR min_confidence <= ?5::float8)
    AND (quality IS NULL OR quality = ?7::text))
SELECT (SELECT count(*) FROM stored), (SELECT count(*) FROM ended), (SELECT count(*) FROM done),
  (SELECT pg_notify()sql") + kChannelSql +
                                  R"sql(, 'stored ' || sequence || ' ' || ?1::text)::text
   FROM stored))sql";
  return kSql;
}

Call insertion_of(const storage::Insertion& insertion) {
  const storage::Rows& rows = insertion.rows;
  const Recording& recording = *rows.recording;
  const storage::Origin& origin = *insertion.origin;
  Call call{insert_sql().c_str()};
  Parameters& parameters = call.parameters;
  parameters.bind(std::string_view(recording.id));
  parameters.bind(std::string_view(recording.device));
  parameters.bind(std::string_view(recording.result.class_name()));
  parameters.bind(milliseconds(recording.received_at));
  parameters.bind(recording.result.confidence);
  parameters.bind(std::string_view(rows.text));
  const bool good = recording.result.quality.verdict == Quality::Verdict::good;
  parameters.bind(std::string_view(good ? "good" : "poor"));
  parameters.bind(std::string_view(rows.sha256));
  parameters.bind(std::string_view(rows.audio->media_type));
  assert(!rows.audio->bytes.is_in_file());  // It is of new_kept_copy().
  parameters.bind(std::span<const std::byte>(rows.audio->bytes.memory()));
  parameters.bind(std::string_view(rows.audio_sha256));
  parameters.bind(origin.key);
  parameters.bind(std::string_view(origin.fingerprint));
  const auto& answered = origin.unless_answered;
  parameters.bind(answered ? std::optional(milliseconds(answered->from)) : std::nullopt);
  parameters.bind(answered ? std::optional(milliseconds(answered->to)) : std::nullopt);
  const auto& session = origin.session;
  parameters.bind(session ? std::optional(session->id) : std::nullopt);
  parameters.bind(session ? std::optional(std::int64_t{session->chunks}) : std::nullopt);
  parameters.bind(session ? std::optional(milliseconds(session->kept_until)) : std::nullopt);
  const auto& job = origin.job;
  parameters.bind(job ? std::optional(job->id) : std::nullopt);
  parameters.bind(job ? std::optional(std::int64_t{job->attempt}) : std::nullopt);
  return call;
}

/// In the transaction that changes it.
Status notify(Connection& connection, const char* kind, const std::string& id) {
  Result<storage::Statement> statement =
      connection.prepare(std::string("SELECT pg_notify(") + kChannelSql + ", ?)::text");
  if (!statement) return statement.error();
  return statement->bind(kind + (" " + id)).run();
}

/// What of a recording counts, of recordings JOIN audio; only one copied from a folder may have
/// its sound in large_bytes.
constexpr const char* kBytes =
    "(octet_length(bytes) + coalesce(octet_length(large_bytes), 0) + octet_length(recording))";

/// Deletes the oldest of those that are too much, but never the latest.
Result<std::vector<std::string>> delete_over_bytes(Connection& connection, std::int64_t max_bytes,
                                                   bool keep_reviewed) {
  const Result<std::int64_t> used =
      connection.query_integer(std::string("SELECT CAST(coalesce(sum(") + kBytes +
                               "), 0) AS BIGINT) FROM recordings JOIN audio USING (sequence)");
  if (!used) return used.error();
  std::vector<std::string> ids;
  if (*used <= max_bytes) return ids;
  Result<storage::Statement> statement = connection.prepare(
      std::string("WITH gone AS (DELETE FROM recordings WHERE sequence IN (SELECT sequence FROM ("
                  "  SELECT sequence, sum(") +
      kBytes +
      ")"
      "    OVER (ORDER BY received_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "
      "freed"
      "  FROM recordings JOIN audio USING (sequence) LEFT JOIN reviews USING (sequence)"
      "  WHERE deleted_at IS NULL AND (reviews.updated_at IS NULL OR ?::bigint = 0)"
      "    AND sequence < (SELECT max(sequence) FROM recordings WHERE deleted_at IS NULL)"
      "  ORDER BY received_at, id LIMIT ?) AS oldest WHERE coalesce(freed, 0) < ?) RETURNING id, "
      "received_at) "
      "SELECT id FROM gone ORDER BY received_at, id");
  if (!statement) return statement.error();
  statement->bind(keep_reviewed ? 1 : 0).bind(limits::kRetireBatch);
  statement->bind(*used - max_bytes);
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.push_back(statement->text(0));
  }
}

}  // namespace

Result<std::unique_ptr<PostgresRecordingStore>> PostgresRecordingStore::open(
    std::shared_ptr<Pool> pool) {
  const Status used = write(*pool, [&](Connection& connection) {
    return storage::begin_to_use(connection, pool->address().shown());
  });
  if (!used) return used.error();
  return std::unique_ptr<PostgresRecordingStore>(new PostgresRecordingStore(std::move(pool)));
}

void PostgresRecordingStore::listen(std::function<void(const storage::Change&)> listener) {
  changes_.listen(std::move(listener));
}

/// Writes them in one transaction, in three round trips however many they are. Sets the outcome of
/// those that are stored, or whose request was answered; if it fails, any of them may be why, and
/// nothing is stored unless the connection was lost during the commit.
Status PostgresRecordingStore::commit(Connection& connection,
                                      std::span<storage::Insertion* const> together) {
  Result<storage::Transaction> transaction = storage::Transaction::begin(connection);
  if (!transaction) return transaction.error();
  std::vector<Call> calls;
  for (const storage::Insertion* insertion : together) calls.push_back(insertion_of(*insertion));
  const Result<std::vector<ResultOwner>> results = connection.run_together(calls);
  if (!results) return results.error();
  for (std::size_t i = 0; i < together.size(); ++i) {
    const bool is_stored = integer_of((*results)[i].get(), 0, 0) == 1;
    const bool has_ended = integer_of((*results)[i].get(), 0, 1) == 1;
    const auto& session = together[i]->origin->session;
    if (is_stored && session && !has_ended) return storage::session_changed(session->id);
    const bool is_done = integer_of((*results)[i].get(), 0, 2) == 1;
    const auto& job = together[i]->origin->job;
    if (is_stored && job && !is_done) return storage::claim_lost(job->id);
    together[i]->outcome = is_stored ? Status(Ok{}) : Status(storage::answered_meanwhile());
  }
  return transaction->commit();
}

/// Those of `together` that are not stored; the others get their outcome. What a lost connection
/// was committing is known once the lock is had that it held.
Result<std::vector<storage::Insertion*>> PostgresRecordingStore::missing(
    std::span<storage::Insertion* const> together) {
  using Insertions = std::vector<storage::Insertion*>;
  return write(*pool_, [&](Connection& connection) -> Result<Insertions> {
    Insertions missing;
    for (storage::Insertion* insertion : together) {
      Result<Recording> stored = read_recording(connection, insertion->rows.recording->id);
      if (stored) stored->review.reset();
      if (stored && *stored == *insertion->rows.recording) {
        insertion->outcome = Ok{};
      } else {
        missing.push_back(insertion);
      }
    }
    return missing;
  });
}

/// As commit(), with a second try if the connection is lost.
Status PostgresRecordingStore::commit_surely(std::span<storage::Insertion* const> together) {
  {
    Result<Pool::Lease> connection = pool_->take();
    if (!connection) return connection.error();
    Status committed = commit(**connection, together);
    if (committed || !(*connection)->is_lost()) return committed;
  }
  const Result<std::vector<storage::Insertion*>> missing = this->missing(together);
  if (!missing) return missing.error();
  if (missing->empty()) return Ok{};
  Result<Pool::Lease> connection = pool_->take();
  if (!connection) return connection.error();
  return commit(**connection, *missing);
}

void PostgresRecordingStore::insert(std::span<storage::Insertion* const> together) {
  const Status committed = commit_surely(together);
  if (committed) return;
  for (storage::Insertion* const& insertion : together) {
    const Status alone = together.size() == 1 ? committed : commit_surely({&insertion, 1});
    if (!alone) insertion->outcome = alone;
  }
}

Status PostgresRecordingStore::insert(const Recording& recording,
                                      const storage::CollectedAudio& audio,
                                      const storage::Spool& /*listening_wav*/,
                                      const storage::Origin& origin) {
  Result<storage::Rows> rows = storage::make_rows(recording, audio);
  if (!rows) return rows.error();
  storage::Insertion insertion{.rows = *std::move(rows), .origin = &origin};
  insertions_.take(insertion, [this](std::span<storage::Insertion* const> together) {
    try {
      insert(together);
    } catch (const std::exception& error) {  // Out of memory; the others must not wait for ever.
      const Error failure = fail(ErrorCode::internal, error.what());
      for (storage::Insertion* each : together) each->outcome = failure;
    }
  });
  return insertion.outcome;
}

Result<std::optional<storage::Answered>> PostgresRecordingStore::find_answered(
    const std::string& key) const {
  return read(*pool_, [&](Connection& connection) { return read_answered(connection, key); });
}

Result<std::optional<Recording>> PostgresRecordingStore::find_repeated(
    const std::string& fingerprint, Timestamp from, Timestamp to) const {
  return read(*pool_, [&](Connection& connection) {
    return read_repeated(connection, fingerprint, from, to);
  });
}

Status PostgresRecordingStore::forget_requests(Timestamp unkeyed_until, Timestamp keyed_until) {
  return write(*pool_, [&](Connection& connection) {
    return delete_requests(connection, unkeyed_until, keyed_until);
  });
}

Result<Recording> PostgresRecordingStore::find(const std::string& id) const {
  return read(*pool_, [&](Connection& connection) { return read_recording(connection, id); });
}

Result<storage::StoredAudio> PostgresRecordingStore::find_audio(const std::string& id) const {
  return read(*pool_, [&](Connection& connection) { return read_audio(connection, id); });
}

Result<Recording> PostgresRecordingStore::latest(const std::optional<std::string>& device) const {
  return read(*pool_, [&](Connection& connection) { return read_latest(connection, device); });
}

Result<storage::Page> PostgresRecordingStore::list(const storage::ListQuery& query) const {
  return read(*pool_, [&](Connection& connection) { return read_page(connection, query); });
}

Result<std::vector<Recording>> PostgresRecordingStore::stored_after(const std::string& id,
                                                                    int limit) const {
  return read(*pool_,
              [&](Connection& connection) { return read_stored_after(connection, id, limit); });
}

Status PostgresRecordingStore::remove(const std::string& id, Timestamp at) {
  return write(*pool_, [&](Connection& connection) {
    Status hidden = hide(connection, id, at);
    return hidden ? notify(connection, "removed", id) : hidden;
  });
}

Result<Recording> PostgresRecordingStore::restore(const std::string& id) {
  return write(*pool_, [&](Connection& connection) -> Result<Recording> {
    if (const Status shown = unhide(connection, id); !shown) return shown.error();
    if (const Status told = notify(connection, "updated", id); !told) return told.error();
    return read_recording(connection, id);
  });
}

Result<std::int64_t> PostgresRecordingStore::purge(Timestamp removed_until) {
  return write(*pool_,
               [&](Connection& connection) { return delete_hidden(connection, removed_until); });
}

Result<std::vector<std::string>> PostgresRecordingStore::retire(
    const storage::Retention& retention) {
  using Ids = std::vector<std::string>;
  return write(*pool_, [&](Connection& connection) -> Result<Ids> {
    Result<Ids> ids = Ids();
    if (retention.received_before) {
      ids = delete_received_before(connection, *retention.received_before, retention.keep_reviewed);
      if (!ids) return ids;
    }
    if (retention.max_bytes && ids->size() < std::size_t{limits::kRetireBatch}) {
      Result<Ids> more =
          delete_over_bytes(connection, *retention.max_bytes, retention.keep_reviewed);
      if (!more) return more;
      ids->insert(ids->end(), more->begin(), more->end());
    }
    for (const std::string& id : *ids) {
      if (const Status told = notify(connection, "removed", id); !told) return told.error();
    }
    return ids;
  });
}

// PostgreSQL's own autovacuum does.
Status PostgresRecordingStore::shrink() { return Ok{}; }

Status PostgresRecordingStore::open_session(const storage::UploadSession& session,
                                            const storage::SessionLimits& limits) {
  return write(*pool_,
               [&](Connection& connection) { return write_session(connection, session, limits); });
}

Result<storage::UploadSession> PostgresRecordingStore::find_session(const std::string& id,
                                                                    Timestamp at) const {
  // Its row and its chunks as they are at one moment.
  return read(*pool_, [&](Connection& connection) -> Result<storage::UploadSession> {
    const Status begun = connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (!begun) return begun.error();
    Result<storage::UploadSession> session = read_session(connection, id, at);
    const Status ended = connection.execute("ROLLBACK");
    if (session && !ended) return ended.error();
    return session;
  });
}

Result<storage::ChunkOutcome> PostgresRecordingStore::put_chunk(
    const storage::Chunk& chunk, const storage::SessionLimits& limits, Timestamp at) {
  return write(*pool_,
               [&](Connection& connection) { return write_chunk(connection, chunk, limits, at); });
}

Result<std::vector<std::byte>> PostgresRecordingStore::session_bytes(const std::string& id) const {
  return read(*pool_, [&](Connection& connection) { return read_chunks(connection, id); });
}

Status PostgresRecordingStore::remove_session(const std::string& id) {
  return write(*pool_, [&](Connection& connection) { return delete_session(connection, id); });
}

Result<std::int64_t> PostgresRecordingStore::purge_sessions(Timestamp at) {
  return write(*pool_,
               [&](Connection& connection) { return delete_expired_sessions(connection, at); });
}

Result<Recording> PostgresRecordingStore::review(const std::string& id,
                                                 const storage::ReviewChange& change,
                                                 Timestamp at) {
  return write(*pool_, [&](Connection& connection) -> Result<Recording> {
    if (const Status changed = write_review(connection, id, change, at); !changed) {
      return changed.error();
    }
    if (const Status told = notify(connection, "updated", id); !told) return told.error();
    return read_recording(connection, id);
  });
}

Result<std::vector<storage::DeviceSummary>> PostgresRecordingStore::devices() const {
  return read(*pool_, [](Connection& connection) { return storage::read_devices(connection); });
}

Result<std::map<std::string, DeviceSettings>> PostgresRecordingStore::device_settings() const {
  return read(*pool_,
              [](Connection& connection) { return storage::read_device_settings(connection); });
}

Result<DeviceSettings> PostgresRecordingStore::settings_of(const std::string& device) const {
  return read(*pool_, [&](Connection& connection) { return read_settings_of(connection, device); });
}

Status PostgresRecordingStore::set_device_settings(const std::string& device,
                                                   const DeviceSettings& settings) {
  return write(*pool_, [&](Connection& connection) {
    return write_device_settings(connection, device, settings);
  });
}

Result<storage::StoreSize> PostgresRecordingStore::size() const {
  return read(*pool_, [](Connection& connection) -> Result<storage::StoreSize> {
    // What autovacuum last saw of a large table, which is counted for each scrape of the metrics.
    const Result<std::int64_t> recordings = connection.query_integer(
        "SELECT CASE WHEN reltuples > 100000 THEN CAST(reltuples AS BIGINT) "
        "ELSE (SELECT count(*) FROM recordings WHERE deleted_at IS NULL) END "
        "FROM pg_class WHERE oid = 'recordings'::regclass");
    if (!recordings) return recordings.error();
    const Result<std::int64_t> bytes = connection.query_integer(
        "SELECT CAST(coalesce(sum(pg_total_relation_size(oid)), 0) AS BIGINT) FROM pg_class "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'");
    if (!bytes) return bytes.error();
    return storage::StoreSize{*recordings, *bytes};
  });
}

Result<std::string> PostgresRecordingStore::data_json() const {
  const Result<Recording> recording = latest(std::nullopt);
  if (!recording) return recording.error();
  return json::data_json(recording->result);
}

Status PostgresRecordingStore::check() const {
  return read(*pool_, [this](Connection& connection) -> Status {
    const Result<std::string> is_read_only =
        connection.query_text("SELECT current_setting('transaction_read_only')");
    if (!is_read_only) return is_read_only.error();
    if (*is_read_only == "off") return Ok{};
    return fail(ErrorCode::storage_failure,
                pool_->address().shown() + " can only be read: name the primary server");
  });
}

}  // namespace auscult::postgres
