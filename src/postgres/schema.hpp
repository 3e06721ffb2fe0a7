#pragma once

#include <string>

#include "auscult/result.hpp"
#include "postgres/connection.hpp"

namespace auscult::postgres {

/// Creates the tables in the connection's schema (the first of its search_path) or brings older
/// ones up to date, in one transaction, for which others that do the same wait. Fails with
/// storage_failure if the schema has tables of another program or of a newer version of this one,
/// and if the database is not encoded in UTF-8; it is left as it is then.
Status migrate(Connection& connection, const std::string& shown);

/// Fails with storage_failure unless the schema is there and of this program's version.
Status check_current(Connection& connection, const std::string& shown);

}  // namespace auscult::postgres
