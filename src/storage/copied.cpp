#include "storage/copied.hpp"

namespace auscult::storage {

Status begin_to_use(SqlConnection& database, const std::string& name) {
  const Result<std::int64_t> unfinished =
      database.query_integer("SELECT count(*) FROM copied WHERE finished_at IS NULL");
  if (!unfinished) return unfinished.error();
  if (*unfinished > 0) {
    return fail(ErrorCode::storage_failure,
                name + " is a copy that is not whole: go on with `auscult store copy --resume`");
  }
  return database.execute("DELETE FROM copied");
}

}  // namespace auscult::storage
