#include "storage/retention.hpp"

#include <optional>
#include <utility>

#include "storage/columns.hpp"

namespace auscult::storage {
namespace {

// Fewer free pages (1 MiB) are soon used again; more than the other number (16 MiB) would make
// uploads wait.
constexpr std::int64_t kFewFreePages = 256;
constexpr const char* kReturnPages = "PRAGMA incremental_vacuum(4096)";

Result<std::int64_t> used_bytes(Database& database) {
  Result<std::int64_t> pages = database.query_integer("PRAGMA page_count");
  if (!pages) return pages;
  Result<std::int64_t> free_pages = database.query_integer("PRAGMA freelist_count");
  if (!free_pages) return free_pages;
  Result<std::int64_t> page_bytes = database.query_integer("PRAGMA page_size");
  if (!page_bytes) return page_bytes;
  // What is no recording yet.
  Result<std::int64_t> to_come = database.query_integer(
      "SELECT (SELECT coalesce(sum(bytes), 0) FROM sessions WHERE recording IS NULL) + "
      "(SELECT coalesce(sum(bytes), 0) FROM jobs)");
  if (!to_come) return to_come;
  return (*pages - *free_pages) * *page_bytes - *to_come;
}

/// Deletes at most `count` of the oldest recordings that were received before `before`, or
/// whenever, but then not the latest.
Result<std::vector<std::string>> delete_some(SqlConnection& database,
                                             std::optional<Timestamp> before, bool keep_reviewed,
                                             int count) {
  std::string sql =
      "DELETE FROM recordings WHERE sequence IN ("
      "SELECT sequence FROM recordings LEFT JOIN reviews USING (sequence) "
      "WHERE deleted_at IS NULL";
  sql += before ? " AND received_at < ?"
                : " AND sequence < (SELECT max(sequence) FROM recordings WHERE deleted_at IS NULL)";
  if (keep_reviewed) sql += " AND reviews.updated_at IS NULL";
  sql += " ORDER BY received_at, id LIMIT ?) RETURNING id";
  Result<Statement> statement = database.prepare(sql);
  if (!statement) return statement.error();
  if (before) statement->bind(milliseconds(*before));
  statement->bind(count);
  std::vector<std::string> ids;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.push_back(statement->text(0));
  }
}

}  // namespace

Result<std::vector<std::string>> delete_received_before(SqlConnection& database, Timestamp before,
                                                        bool keep_reviewed) {
  return delete_some(database, before, keep_reviewed, limits::kRetireBatch);
}

Result<std::vector<std::string>> delete_oldest(Database& database, const Retention& retention) {
  std::vector<std::string> ids;
  if (retention.received_before) {
    Result<std::vector<std::string>> old =
        delete_received_before(database, *retention.received_before, retention.keep_reviewed);
    if (!old) return old;
    ids = *std::move(old);
  }
  // One by one, since they differ in size.
  while (retention.max_bytes && ids.size() < static_cast<std::size_t>(limits::kRetireBatch)) {
    const Result<std::int64_t> used = used_bytes(database);
    if (!used) return used.error();
    if (*used <= *retention.max_bytes) break;
    Result<std::vector<std::string>> oldest =
        delete_some(database, std::nullopt, retention.keep_reviewed, 1);
    if (!oldest) return oldest;
    if (oldest->empty()) break;
    ids.push_back(std::move(oldest->front()));
  }
  return ids;
}

Status return_free_pages(Database& database) {
  const Result<std::int64_t> free_pages = database.query_integer("PRAGMA freelist_count");
  if (!free_pages) return free_pages.error();
  if (*free_pages <= kFewFreePages) return Ok{};
  return database.execute(kReturnPages);
}

}  // namespace auscult::storage
