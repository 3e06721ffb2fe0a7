#include "storage/sqlite.hpp"

#include <cassert>
#include <cerrno>
#include <system_error>

#include "storage/files.hpp"

namespace auscult::storage {
namespace {

// How long a commit waits for another program, such as a backup, to let go of the database.
constexpr int kBusyTimeoutMs = 5'000;

// What to do about a failure that the operating system's error number does not explain.
std::string_view sqlite_advice(int result) {
  switch (result & 0xFF) {
    case SQLITE_FULL:
      return advice(ENOSPC);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return advice(EACCES);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged or no SQLite database: restore a backup, save what can be read "
             "with `sqlite3 FILE .recover`, or move it away to start empty";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds the database: close it";
    case SQLITE_IOERR:
      return "the disk is full, at a limit or failing: free some space, or see the system's log";
    default:
      return {};
  }
}

Error sqlite_error(sqlite3* connection, int result) {
  const char* file = sqlite3_db_filename(connection, "main");
  std::string message = file == nullptr ? "the database" : file;
  message += ": ";
  message += sqlite3_errmsg(connection);
  // The number is that of the last failure in the operating system, perhaps long before.
  const int cause = result & 0xFF;
  const bool from_system =
      cause == SQLITE_IOERR || cause == SQLITE_CANTOPEN || cause == SQLITE_FULL;
  const int error_number = from_system ? sqlite3_system_errno(connection) : 0;
  if (error_number != 0) message += " (" + std::generic_category().message(error_number) + ")";
  std::string_view what_to_do = advice(error_number);
  if (what_to_do.empty()) what_to_do = sqlite_advice(result);
  if (!what_to_do.empty()) {
    message += "; ";
    message += what_to_do;
  }
  return fail(ErrorCode::storage_failure, std::move(message));
}

/// One use of a statement; while it stands on a row it holds a read transaction.
class SqliteStatement final : public StatementBody {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(std::int64_t value) override {
    note(sqlite3_bind_int64(statement_.get(), next(), value));
  }
  void bind(double value) override { note(sqlite3_bind_double(statement_.get(), next(), value)); }
  void bind(std::string_view text) override {
    note(sqlite3_bind_text64(statement_.get(), next(), text.data(), text.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8));
  }
  void bind(std::span<const std::byte> blob) override {
    // A null pointer would bind NULL; an empty blob is a value.
    const void* data = blob.empty() ? "" : static_cast<const void*>(blob.data());
    note(sqlite3_bind_blob64(statement_.get(), next(), data, blob.size(), SQLITE_STATIC));
  }
  void bind(std::nullptr_t) override { note(sqlite3_bind_null(statement_.get(), next())); }

  Result<bool> step() override {
    const int result = bind_result_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bind_result_;
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return sqlite_error(sqlite3_db_handle(statement_.get()), result);
  }

  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  [[nodiscard]] double real(int column) const override {
    return sqlite3_column_double(statement_.get(), column);
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] std::string text(int column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
  }
  [[nodiscard]] std::vector<std::byte> blob(int column) const override {
    const auto* bytes =
        static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, bytes + sqlite3_column_bytes(statement_.get(), column)};
  }

 private:
  struct Reset {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };
  int next() { return ++parameters_bound_; }
  void note(int result) {
    if (result != SQLITE_OK) bind_result_ = result;
  }

  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int parameters_bound_ = 0;
  int bind_result_ = SQLITE_OK;
};

struct CloseBlob {
  // In a transaction there is nothing that closing could still fail in.
  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};

}  // namespace

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  // One thread at a time uses a connection, so SQLite need not lock it.
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* connection = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &connection, flags, nullptr);
  if (connection == nullptr) {
    return fail(ErrorCode::storage_failure, file.string() + ": out of memory");
  }
  Database database(connection);
  if (result != SQLITE_OK) return sqlite_error(connection, result);
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  return database;
}

Status Database::execute(const char* script) {
  const int result = sqlite3_exec(connection_.get(), script, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return sqlite_error(connection_.get(), result);
  return Ok{};
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto kept = statements_.find(sql);
  if (kept == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int result =
        sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) return sqlite_error(connection_.get(), result);
    kept = statements_.emplace(sql, statement).first;
  }
  assert(sqlite3_stmt_busy(kept->second.get()) == 0);
  return Statement(std::make_unique<SqliteStatement>(kept->second.get()));
}

void Database::empty_log() {
  sqlite3_busy_timeout(connection_.get(), 0);
  (void)execute("PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_busy_timeout(connection_.get(), kBusyTimeoutMs);
}

Status Database::copy_to(Database& target) {
  sqlite3_backup* copy =
      sqlite3_backup_init(target.connection_.get(), "main", connection_.get(), "main");
  if (copy == nullptr) {
    return sqlite_error(target.connection_.get(), sqlite3_errcode(target.connection_.get()));
  }
  // All pages in one step, which is one read transaction: writers do not wait for it and cannot
  // make it start over.
  constexpr int kAll = -1;
  const int result = sqlite3_backup_step(copy, kAll);
  const int finished = sqlite3_backup_finish(copy);
  if (result == SQLITE_DONE && finished == SQLITE_OK) return Ok{};
  // Which of the two failed is not told apart, but the finish leaves its error with the target.
  const bool from_target = sqlite3_errcode(target.connection_.get()) != SQLITE_OK;
  return sqlite_error(from_target ? target.connection_.get() : connection_.get(),
                      finished != SQLITE_OK ? finished : result);
}

Status Database::write_blob(const Place& place, const Spool& content) {
  sqlite3* connection = connection_.get();
  assert(sqlite3_get_autocommit(connection) == 0);
  constexpr int kToWrite = 1;
  sqlite3_blob* opened = nullptr;
  const int result = sqlite3_blob_open(connection, "main", place.table, place.column, place.rowid,
                                       kToWrite, &opened);
  const std::unique_ptr<sqlite3_blob, CloseBlob> blob(opened);
  if (result != SQLITE_OK) return sqlite_error(connection, result);
  assert(content.size() == static_cast<std::size_t>(sqlite3_blob_bytes(blob.get())));
  int offset = 0;
  return content.read([&](std::span<const std::byte> block) -> Status {
    const int size = static_cast<int>(block.size());
    const int written = sqlite3_blob_write(blob.get(), block.data(), size, offset);
    if (written != SQLITE_OK) return sqlite_error(connection, written);
    offset += size;
    return Ok{};
  });
}

std::int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

}  // namespace auscult::storage
