#pragma once

#include <string>

#include "auscult/result.hpp"
#include "storage/sql.hpp"

namespace auscult::storage {

/// Called before a store is used. Fails with storage_failure if it is a copy of another store that
/// is not whole; one that is whole is a store of its own from now on, which no copy may change
/// again. In a transaction; `name` is the store's for the message.
Status begin_to_use(SqlConnection& database, const std::string& name);

}  // namespace auscult::storage
