#pragma once

#include <span>
#include <string>
#include <string_view>

/// How the schema came to be, for both kinds of database.
namespace auscult::storage {

/// One step of the schema: a script of statements in SQLite's words, then what only one of them
/// needs.
struct Migration {
  const char* both = "";
  const char* sqlite = "";
  const char* postgres = "";
};

/// Entry N brings a database from version N to N + 1.
std::span<const Migration> migrations();

/// Says in PostgreSQL's words what a script says in SQLite's.
std::string to_postgres(std::string_view script);

}  // namespace auscult::storage
