#pragma once

#include "auscult/result.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {

/// The version that this program writes (SQLite: PRAGMA user_version); docs/storage.md describes
/// it.
int schema_version();

/// Creates the schema in an empty database or brings an older one up to date, in one transaction.
/// Fails with storage_failure if the database is another program's (PRAGMA application_id) or was
/// written by a newer version of this one; it is left as it is then.
Status migrate(Database& database);

/// Fails with storage_failure, as migrate() does, unless this is a database of ours that is not
/// empty and of no newer version.
Status check_ours(Database& database);

}  // namespace auscult::storage
