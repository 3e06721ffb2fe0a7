#pragma once

#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"
#include "storage/sqlite.hpp"

/// Deleting what is not to be kept. Each function is one member of RecordingStore without its locks
/// and its files. The thread that has the connection.
namespace auscult::storage {

Result<std::vector<std::string>> delete_oldest(Database& database, const Retention& retention);

/// Moves free pages to the file's end and cuts them off, some megabytes at a time.
Status return_free_pages(Database& database);

}  // namespace auscult::storage
