#include "storage/backup.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "core/hash.hpp"
#include "storage/database_file.hpp"
#include "storage/files.hpp"
#include "storage/schema.hpp"

namespace auscult::storage {
namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& path, const std::string& why) {
  return fail(ErrorCode::storage_failure, path.string() + why);
}

/// "20261122T093000125Z": fit for a file's name.
std::string file_time(Timestamp at) {
  std::string text = format_timestamp(at);
  std::erase_if(text, [](char letter) { return letter == '-' || letter == ':' || letter == '.'; });
  return text;
}

fs::path beside(const fs::path& file, const char* ending) {
  return file.parent_path() / ("." + file.filename().string() + ending);
}

/// Fails unless every page, and the checksum of every recording and its sound, is right.
Status check_whole(Database& database, const fs::path& file) {
  const Result<std::string> verdict = database.query_text("PRAGMA integrity_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict != "ok") return failed(file, " is damaged (" + *verdict + ")");
  // Databases of before version 3 have no checksums.
  const Result<std::int64_t> checksums = database.query_integer(
      "SELECT count(*) FROM pragma_table_info('audio') WHERE name = 'sha256'");
  if (!checksums) return checksums.error();
  if (*checksums == 0) return Ok{};
  // And those of before version 8 have no large sounds apart.
  const Result<std::int64_t> large = database.query_integer(
      "SELECT count(*) FROM pragma_table_info('audio') WHERE name = 'large_bytes'");
  if (!large) return large.error();
  Result<Statement> rows = database.prepare(
      std::string("SELECT sequence, sha256, bytes, ") + (*large == 0 ? "NULL" : "large_bytes") +
      " FROM audio WHERE sha256 IS NOT NULL UNION ALL "
      "SELECT sequence, sha256, CAST(recording AS BLOB), NULL FROM recordings "
      "WHERE sha256 IS NOT NULL");
  if (!rows) return rows.error();
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return Ok{};
    if (rows->text(1) != sha256_hex(rows->blob(rows->is_null(3) ? 2 : 3))) {
      return failed(file, " is damaged (recording number " + std::to_string(rows->integer(0)) +
                              " is not what was stored)");
    }
  }
}

Result<std::int64_t> count_recordings(Database& database) {
  return database.query_integer("SELECT count(*) FROM recordings");
}

/// Copies `source` into the new file `file`, which then is one file without a log, and checks it.
/// Returns its recordings.
Result<std::int64_t> copy_checked(Database& source, const fs::path& file) {
  if (const Status deleted = delete_file(file); !deleted) return deleted.error();
  Result<Database> copy = Database::open(file, Database::Mode::read_write);
  if (!copy) return copy.error();
  if (const Status copied = source.copy_to(*copy); !copied) return copied.error();
  if (const Result<std::string> mode = copy->query_text("PRAGMA journal_mode = DELETE"); !mode) {
    return mode.error();
  }
  if (const Status whole = check_whole(*copy, file); !whole) return whole.error();
  return count_recordings(*copy);
}

/// Whether there is a database in the folder that must not be lost.
bool holds_something(const fs::path& file) {
  std::error_code ignored;
  fs::path log = file;
  log += "-wal";
  if (!fs::exists(file, ignored)) return fs::exists(log, ignored) && fs::file_size(log) > 0;
  Result<Database> database = Database::open(file, Database::Mode::read_write);
  if (!database) return true;
  const Result<std::int64_t> recordings = count_recordings(*database);
  return !recordings || *recordings > 0;
}

/// Gives what is in `file` and its log the name `aside` too, and takes the log away, which must not
/// meet another database. Until the new one is in place the old one keeps its name.
Status set_aside(const fs::path& file, const fs::path& aside) {
  {
    // What is in the log goes into the database, if that can be read at all.
    Result<Database> old = Database::open(file, Database::Mode::read_write);
    if (old) old->empty_log();
  }
  std::error_code error;
  fs::create_hard_link(file, aside, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return failed(aside, " cannot be made: " + error.message());
  }
  for (const char* ending : {"-wal", "-shm"}) {
    fs::path log = file;
    log += ending;
    fs::path log_aside = aside;
    log_aside += ending;
    if (!fs::exists(log, error)) continue;
    if (Status moved = rename_file(log, log_aside); !moved) return moved;
  }
  return Ok{};
}

}  // namespace

Result<BackupReport> back_up(const fs::path& folder, const fs::path& target, Timestamp at) {
  const fs::path from = folder / kDatabaseName;
  std::error_code ignored;
  if (!fs::exists(from, ignored)) {
    return fail(ErrorCode::not_found, from.string() + ": there is no store in this folder");
  }
  const fs::path file =
      fs::is_directory(target, ignored) ? target / ("auscult-" + file_time(at) + ".db") : target;
  if (fs::exists(file, ignored)) {
    return failed(file,
                  " exists already: name a new file, or a folder to get a file named after "
                  "the time");
  }
  Result<Database> source = Database::open(from, Database::Mode::read_only);
  if (!source) return source.error();
  if (const Status ours = check_ours(*source); !ours) return ours.error();
  const fs::path unfinished = beside(file, ".part");
  const Result<std::int64_t> recordings = copy_checked(*source, unfinished);
  if (!recordings) {
    (void)delete_file(unfinished);
    return recordings.error();
  }
  if (const Status named = rename_file(unfinished, file); !named) return named.error();
  return BackupReport{file, *recordings, static_cast<std::int64_t>(fs::file_size(file, ignored))};
}

Result<RestoreReport> restore_backup(const fs::path& backup, const fs::path& folder,
                                     Overwrite overwrite, Timestamp at) {
  std::error_code error;
  if (!fs::is_regular_file(backup, error)) {
    return fail(ErrorCode::not_found, backup.string() + ": there is no such file");
  }
  Result<Database> source = Database::open(backup, Database::Mode::read_only);
  if (!source) return source.error();
  if (const Status ours = check_ours(*source); !ours) return ours.error();

  fs::create_directories(folder, error);
  if (error) return failed(folder, " cannot be created: " + error.message());
  const Result<FileDescriptor> lock = lock_folder(folder);
  if (!lock) return lock.error();
  const fs::path file = folder / kDatabaseName;
  const bool replaces = holds_something(file);
  if (replaces && overwrite == Overwrite::refuse) {
    return failed(folder,
                  " has recordings already, or a database that cannot be read: choose an "
                  "empty folder, or say --replace, which keeps what is there beside it");
  }
  RestoreReport report;
  const fs::path unfinished = beside(file, ".restored");
  const Result<std::int64_t> recordings = copy_checked(*source, unfinished);
  if (!recordings) {
    (void)delete_file(unfinished);
    return recordings.error();
  }
  report.recordings = *recordings;
  if (replaces) {
    report.replaced = folder / (std::string(kDatabaseName) + ".replaced-" + file_time(at));
    if (const Status kept = set_aside(file, *report.replaced); !kept) return kept.error();
  } else {
    // The log of a store that was empty and not closed.
    for (const char* ending : {"-wal", "-shm"}) {
      fs::path log = file;
      log += ending;
      if (const Status deleted = delete_file(log); !deleted) return deleted.error();
    }
  }
  if (const Status named = rename_file(unfinished, file); !named) return named.error();
  return report;
}

}  // namespace auscult::storage
