#include "postgres/schema.hpp"

#include <cstdint>

#include "storage/migrations.hpp"
#include "storage/schema.hpp"
#include "storage/sql.hpp"

namespace auscult::postgres {
namespace {

Error refused(const std::string& shown, const std::string& why) {
  return fail(ErrorCode::storage_failure, shown + ": " + why);
}

Result<std::int64_t> has_table(Connection& connection, const std::string& name) {
  return connection.query_integer(
      "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '" +
      name + "'");
}

/// 0 where there are no tables yet.
Result<std::int64_t> version_of_ours(Connection& connection, const std::string& shown) {
  Result<std::int64_t> ours = has_table(connection, "auscult_schema");
  if (!ours) return ours;
  if (*ours == 0) {
    Result<std::int64_t> others = has_table(connection, "recordings");
    if (!others) return others;
    if (*others == 0) return 0;
    return refused(shown,
                   "there is another program's table \"recordings\": choose another database");
  }
  Result<std::int64_t> version = connection.query_integer("SELECT version FROM auscult_schema");
  if (!version) return version;
  if (*version < 1 || *version > storage::schema_version()) {
    return refused(shown, "its schema is version " + std::to_string(*version) +
                              ", and this program knows those up to " +
                              std::to_string(storage::schema_version()) + ": use a newer auscult");
  }
  return version;
}

Status create_version(Connection& connection, const std::string& shown) {
  const Result<std::string> schema = connection.query_text("SELECT current_schema()");
  if (!schema) return schema.error();
  if (schema->empty()) {
    return refused(shown, "no schema of its search_path exists: create one, or name another");
  }
  const Result<std::string> encoding = connection.query_text("SHOW server_encoding");
  if (!encoding) return encoding.error();
  if (*encoding != "UTF8") {
    return refused(shown, "the database is encoded in " + *encoding +
                              ": create one with ENCODING 'UTF8' TEMPLATE template0");
  }
  return connection.execute(
      "CREATE TABLE auscult_schema (version BIGINT NOT NULL);"
      "INSERT INTO auscult_schema VALUES (0)");
}

}  // namespace

Status check_current(Connection& connection, const std::string& shown) {
  const Result<std::int64_t> version = version_of_ours(connection, shown);
  if (!version) return version.error();
  if (*version == storage::schema_version()) return Ok{};
  if (*version == 0) return refused(shown, "there is no store in this database");
  return refused(shown, "its schema is version " + std::to_string(*version) +
                            ", and this program copies version " +
                            std::to_string(storage::schema_version()) +
                            ": bring it up to date with `auscult store migrate`");
}

Status migrate(Connection& connection, const std::string& shown) {
  // Without the lock first, since it is so at nearly every start. Only that: what else is there may
  // be another process's tables, half of which are seen.
  const Result<std::int64_t> ours = has_table(connection, "auscult_schema");
  if (!ours) return ours.error();
  if (*ours == 1) {
    const Result<std::int64_t> seen =
        connection.query_integer("SELECT version FROM auscult_schema");
    if (!seen) return seen.error();
    if (*seen == storage::schema_version()) return Ok{};
  }

  Result<storage::Transaction> transaction = storage::Transaction::begin(connection);
  if (!transaction) return transaction.error();
  const Result<std::int64_t> version = version_of_ours(connection, shown);
  if (!version) return version.error();
  if (*version == storage::schema_version()) return Ok{};
  if (*version == 0) {
    if (Status created = create_version(connection, shown); !created) return created;
  }
  for (const storage::Migration& step :
       storage::migrations().subspan(static_cast<std::size_t>(*version))) {
    for (const char* script : {step.both, step.postgres}) {
      Status migrated = connection.execute(storage::to_postgres(script).c_str());
      if (!migrated) return migrated;
    }
  }
  const std::string mark =
      "UPDATE auscult_schema SET version = " + std::to_string(storage::schema_version());
  if (Status marked = connection.execute(mark.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace auscult::postgres
