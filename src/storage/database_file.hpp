#pragma once

#include <filesystem>

#include "auscult/result.hpp"
#include "storage/sqlite.hpp"

/// The database file of a folder: made, opened for writing, refused if it is damaged.
namespace auscult::storage {

/// Its name in the folder.
inline constexpr const char* kDatabaseName = "auscult.db";

/// Opens the database, brings its schema up to date and looks through all of it but the sound. If
/// there is none, makes an empty one, whole before it has its name. Never takes a broken one for
/// none: an empty file, or a log without its database, is refused as damage is. Fails with
/// storage_failure: what, where, and what to do.
Result<Database> open_database_file(const std::filesystem::path& file);

}  // namespace auscult::storage
