#include <system_error>

#include "storage/database_file.hpp"
#include "storage/sqlite_store_state.hpp"

namespace auscult::storage {
namespace {

/// 0 where there is none: the log is not always there.
std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

Result<StoreSize> SqliteRecordingStore::size() const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  // Each from the smallest index that has it.
  const Result<std::int64_t> recordings = (*reader)->query_integer(
      "SELECT (SELECT count(*) FROM recordings) - "
      "(SELECT count(*) FROM recordings WHERE deleted_at IS NOT NULL)");
  if (!recordings) return recordings.error();
  std::filesystem::path log = state_->folder / kDatabaseName;
  const std::int64_t database = size_of(log);
  log += "-wal";
  return StoreSize{*recordings, database + size_of(log)};
}

}  // namespace auscult::storage
