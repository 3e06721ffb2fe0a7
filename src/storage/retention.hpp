#pragma once

#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql.hpp"
#include "storage/sqlite.hpp"

/// Deleting what is not to be kept. Each function is one member of RecordingStore without its locks
/// and its files. The thread that has the connection.
namespace auscult::storage {

/// At most kRetireBatch of the oldest; of those that people said something of only if told.
Result<std::vector<std::string>> delete_received_before(SqlConnection& database, Timestamp before,
                                                        bool keep_reviewed);
Result<std::vector<std::string>> delete_oldest(Database& database, const Retention& retention);

/// Moves free pages to the file's end and cuts them off, some megabytes at a time.
Status return_free_pages(Database& database);

}  // namespace auscult::storage
