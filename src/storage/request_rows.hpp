#pragma once

#include <optional>
#include <string>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/sqlite.hpp"

/// The rows by which a request that is sent again finds its answer. Each function is one member of
/// RecordingStore without its locks, and fails as that does.
namespace auscult::storage {

/// For the recording that was inserted last.
Status write_request(Database& database, const Origin& origin, Timestamp received_at);
Result<std::optional<Answered>> read_answered(Database& database, const std::string& key);
Result<std::optional<Recording>> read_repeated(Database& database, const std::string& fingerprint,
                                               Timestamp from, Timestamp to);
Status delete_requests(Database& database, Timestamp unkeyed_until, Timestamp keyed_until);

}  // namespace auscult::storage
