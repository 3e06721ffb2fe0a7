#include "storage/sql.hpp"

namespace auscult::storage {

Status Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return row.error();
    if (!*row) return Ok{};
  }
}

Result<std::int64_t> SqlConnection::query_integer(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

Result<std::string> SqlConnection::query_text(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->text(0) : std::string();
}

void Transaction::Rollback::operator()(SqlConnection* database) const {
  // Some failures (a full disk) have already undone the transaction; then this one has nothing
  // left to do, and its complaint no meaning.
  (void)database->execute("ROLLBACK");
}

Result<Transaction> Transaction::begin(SqlConnection& database) {
  if (const Status begun = database.execute(database.begin_to_write()); !begun) {
    return begun.error();
  }
  return Transaction(database);
}

Status Transaction::commit() {
  if (const Status committed = database_->execute("COMMIT"); !committed) return committed.error();
  (void)database_.release();
  return Ok{};
}

}  // namespace auscult::storage
