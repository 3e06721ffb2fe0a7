#include "storage/database_file.hpp"

#include <string>
#include <system_error>

#include "storage/files.hpp"
#include "storage/schema.hpp"

namespace auscult::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWhatToDo =
    ": restore a backup (`auscult restore`), or save what can be read with `sqlite3 FILE .recover`";

Error refused(const fs::path& file, const std::string& why) {
  return fail(ErrorCode::storage_failure, file.string() + why);
}

/// Whole before it has its name, so that a crash leaves none or an empty one that is sound.
Status create(const fs::path& file) {
  const fs::path unfinished = file.parent_path() / ("." + file.filename().string() + ".new");
  if (Status deleted = delete_file(unfinished); !deleted) return deleted;
  {
    Result<Database> database = Database::open(unfinished, Database::Mode::read_write);
    if (!database) return database.error();
    if (Status set = database->execute("PRAGMA auto_vacuum = INCREMENTAL"); !set) return set;
    if (Status migrated = migrate(*database); !migrated) return migrated;
  }
  return rename_file(unfinished, file);
}

/// Makes the database if there is none.
Status prepare(const fs::path& file) {
  std::error_code ignored;
  fs::path log = file;
  log += "-wal";
  if (!fs::exists(file, ignored)) {
    const auto log_bytes = fs::file_size(log, ignored);
    if (!ignored && log_bytes > 0) {
      return refused(file, " is missing, but its log (" + log.filename().string() +
                               ") is here: put both back or restore a backup; to start empty, move "
                               "the log away");
    }
    return create(file);
  }
  if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) == 0 && !ignored) {
    return refused(file,
                   " has no bytes, which none that auscult wrote ever has: restore a backup "
                   "(`auscult restore`), or move it away to start empty");
  }
  return Ok{};
}

/// Fails if pages are damaged. Sound is left out: it is most of the file, and reading it all would
/// delay each start; it has checksums of its own.
Status check_pages(Database& database, const fs::path& file) {
  for (const char* table : {"recordings", "reviews", "devices", "requests", "sessions"}) {
    const Result<std::string> verdict =
        database.query_text(std::string("PRAGMA quick_check(") + table + ")");
    if (!verdict) return verdict.error();
    if (*verdict != "ok") return refused(file, " is damaged (" + *verdict + ")" + kWhatToDo);
  }
  return Ok{};
}

/// Databases of before version 3 cannot give pages back to the disk until they are written anew,
/// once. Without the space for that they stay as they are: then deletions leave free pages behind.
void let_shrink(Database& database) {
  constexpr std::int64_t kIncremental = 2;
  const Result<std::int64_t> mode = database.query_integer("PRAGMA auto_vacuum");
  if (!mode || *mode == kIncremental) return;
  (void)database.execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
}

}  // namespace

Result<Database> open_database_file(const fs::path& file) {
  if (const Status prepared = prepare(file); !prepared) return prepared.error();
  Result<Database> database = Database::open(file, Database::Mode::read_write);
  if (!database) return database;
  if (const Status migrated = migrate(*database); !migrated) return migrated.error();
  const Result<std::string> mode = database->query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") {
    return refused(file,
                   ": this file system cannot do write-ahead logging (is it a network share?): "
                   "choose a folder on a local disk");
  }
  // A log that once grew large is cut back to 64 MiB at a checkpoint.
  const Status set = database->execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
      "PRAGMA journal_size_limit = 67108864");
  if (!set) return set.error();
  if (const Status whole = check_pages(*database, file); !whole) return whole.error();
  let_shrink(*database);
  return database;
}

}  // namespace auscult::storage
