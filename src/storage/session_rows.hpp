#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql.hpp"
#include "storage/sqlite.hpp"
#include "storage/upload_session.hpp"

/// The rows of upload sessions. Each function is one member of RecordingStore without its locks,
/// and fails as that does; those that write are called in a transaction.
namespace auscult::storage {

Status write_session(SqlConnection& database, const UploadSession& session,
                     const SessionLimits& limits);
Result<UploadSession> read_session(SqlConnection& database, const std::string& id, Timestamp at);
Result<ChunkOutcome> write_chunk(SqlConnection& database, const Chunk& chunk,
                                 const SessionLimits& limits, Timestamp at);
Result<std::vector<std::byte>> read_chunks(SqlConnection& database, const std::string& id);
/// What insert() says if a session is not open any more, or has other chunks.
Error session_changed(const std::string& id);
/// Marks an open session as what has become of it and deletes its chunks. Fails with unavailable
/// unless it is open and has as many chunks as that says.
Status finish_session(Database& database, const FinishedSession& finished,
                      const std::string& recording_id);
Status delete_session(SqlConnection& database, const std::string& id);
Result<std::int64_t> delete_expired_sessions(SqlConnection& database, Timestamp at);

}  // namespace auscult::storage
