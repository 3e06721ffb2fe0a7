#include "storage/schema.hpp"

#include <string>

#include "storage/migrations.hpp"

namespace auscult::storage {
namespace {

// "AUSC": tells `file` and us whose database it is.
constexpr std::int64_t kApplicationId = 0x41555343;

Error refused(const Result<std::string>& file, const std::string& why) {
  return fail(ErrorCode::storage_failure, (file ? *file : "the database") + ": " + why);
}

}  // namespace

int schema_version() { return static_cast<int>(migrations().size()); }

namespace {

/// Fails on a database that is another's or newer than this program; returns its version, 0 of one
/// that is empty.
Result<std::int64_t> version_of_ours(Database& database) {
  Result<std::int64_t> version = database.query_integer("PRAGMA user_version");
  if (!version) return version;
  Result<std::int64_t> owner = database.query_integer("PRAGMA application_id");
  if (!owner) return owner;
  Result<std::int64_t> tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables;

  const bool empty = *version == 0 && *owner == 0 && *tables == 0;
  const auto file = database.query_text("SELECT file FROM pragma_database_list");
  if (!empty && *owner != kApplicationId) {
    return refused(file, "this is another program's database: choose another folder");
  }
  if (*version < 0 || *version > schema_version()) {
    return refused(file, "its schema is version " + std::to_string(*version) +
                             ", and this program knows those up to " +
                             std::to_string(schema_version()) + ": use a newer auscult");
  }
  return version;
}

}  // namespace

Status check_ours(Database& database) {
  const Result<std::int64_t> version = version_of_ours(database);
  if (!version) return version.error();
  if (*version > 0) return Ok{};
  return refused(database.query_text("SELECT file FROM pragma_database_list"),
                 "this is no database of auscult");
}

Status migrate(Database& database) {
  const Result<std::int64_t> version = version_of_ours(database);
  if (!version) return version.error();
  if (*version == schema_version()) return Ok{};

  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  for (const Migration& step : migrations().subspan(static_cast<std::size_t>(*version))) {
    for (const char* script : {step.both, step.sqlite}) {
      if (Status migrated = database.execute(script); !migrated) return migrated;
    }
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(schema_version());
  if (Status marked = database.execute(marks.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace auscult::storage
