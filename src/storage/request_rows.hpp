#pragma once

#include <optional>
#include <string>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql.hpp"
#include "storage/sqlite.hpp"

/// The rows by which a request that is sent again finds its answer. Each function is one member of
/// RecordingStore without its locks, and fails as that does.
namespace auscult::storage {

/// For the recording that was inserted last.
Status write_request(Database& database, const Origin& origin, Timestamp received_at);
Result<std::optional<Answered>> read_answered(SqlConnection& database, const std::string& key);
Result<std::optional<Recording>> read_repeated(SqlConnection& database,
                                               const std::string& fingerprint, Timestamp from,
                                               Timestamp to);
/// What insert() says to `Origin::unless_answered`.
Error answered_meanwhile();
/// Fails with it if it is to be said.
Status check_unanswered(SqlConnection& database, const Origin& origin);
Status delete_requests(SqlConnection& database, Timestamp unkeyed_until, Timestamp keyed_until);

}  // namespace auscult::storage
