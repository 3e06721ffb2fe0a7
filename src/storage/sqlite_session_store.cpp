// The members of SqliteRecordingStore that keep requests that may come again, and pieces of
// recordings.
#include <utility>

#include "storage/request_rows.hpp"
#include "storage/retention.hpp"
#include "storage/session_rows.hpp"
#include "storage/sqlite_store_state.hpp"

namespace auscult::storage {

Result<std::optional<Answered>> SqliteRecordingStore::find_answered(const std::string& key) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_answered(**reader, key);
}

Result<std::optional<Recording>> SqliteRecordingStore::find_repeated(const std::string& fingerprint,
                                                                     Timestamp from,
                                                                     Timestamp to) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_repeated(**reader, fingerprint, from, to);
}

Status SqliteRecordingStore::forget_requests(Timestamp unkeyed_until, Timestamp keyed_until) {
  const std::lock_guard lock(state_->writer_mutex);
  return delete_requests(state_->writer, unkeyed_until, keyed_until);
}

Status SqliteRecordingStore::open_session(const UploadSession& session,
                                          const SessionLimits& limits) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  if (Status written = write_session(state_->writer, session, limits); !written) return written;
  return transaction->commit();
}

Result<UploadSession> SqliteRecordingStore::find_session(const std::string& id,
                                                         Timestamp at) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  // Its row and its chunks as they are at one moment.
  const Status begun = (*reader)->execute("BEGIN");
  if (!begun) return begun.error();
  Result<UploadSession> session = read_session(**reader, id, at);
  const Status ended = (*reader)->execute("COMMIT");
  if (!ended) return ended.error();
  return session;
}

Result<ChunkOutcome> SqliteRecordingStore::put_chunk(const Chunk& chunk,
                                                     const SessionLimits& limits, Timestamp at) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  Result<ChunkOutcome> outcome = write_chunk(state_->writer, chunk, limits, at);
  if (!outcome || *outcome != ChunkOutcome::stored) return outcome;
  if (const Status committed = transaction->commit(); !committed) return committed.error();
  return outcome;
}

Result<std::vector<std::byte>> SqliteRecordingStore::session_bytes(const std::string& id) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_chunks(**reader, id);
}

Status SqliteRecordingStore::remove_session(const std::string& id) {
  const std::lock_guard lock(state_->writer_mutex);
  if (Status deleted = delete_session(state_->writer, id); !deleted) return deleted;
  state_->writer.empty_log();
  return Ok{};
}

Result<std::int64_t> SqliteRecordingStore::purge_sessions(Timestamp at) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<std::int64_t> purged = delete_expired_sessions(state_->writer, at);
  if (purged && *purged > 0) state_->writer.empty_log();
  return purged;
}

Result<std::vector<std::string>> SqliteRecordingStore::retire(const Retention& retention) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  Result<std::vector<std::string>> ids = delete_oldest(state_->writer, retention);
  if (!ids || ids->empty()) return ids;
  if (const Status committed = transaction->commit(); !committed) return committed.error();
  state_->writer.empty_log();
  for (const std::string& id : *ids) state_->tell({Change::Kind::removed, id, std::nullopt});
  if (const Status mended = state_->mend_files(); !mended) return mended.error();
  return ids;
}

Status SqliteRecordingStore::shrink() {
  const std::lock_guard lock(state_->writer_mutex);
  const Result<std::int64_t> before = state_->writer.query_integer("PRAGMA page_count");
  if (!before) return before.error();
  if (Status returned = return_free_pages(state_->writer); !returned) return returned;
  const Result<std::int64_t> after = state_->writer.query_integer("PRAGMA page_count");
  if (after && *after < *before) state_->writer.empty_log();
  return Ok{};
}

}  // namespace auscult::storage
