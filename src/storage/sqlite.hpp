#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

/// SQLite with owners and Results. Every failure is a storage_failure that names the database, what
/// SQLite and the operating system say, and what to do.
namespace auscult::storage {

/// One use of a statement that its Database keeps prepared. While a Statement stands on a row it
/// holds a read transaction; its end resets it. Must not outlive its Database.
class Statement {
 public:
  /// Binds the next parameter. Text is copied; a blob must outlive the Statement.
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::byte> blob);
  /// NULL where there is no value.
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(nullptr);
  }
  Statement& bind(std::nullptr_t);
  Statement& bind(int value) { return bind(std::int64_t{value}); }

  /// Goes to the next row; false after the last. Also reports what a bind() could not do.
  Result<bool> step();
  /// Runs a statement whose rows do not matter.
  Status run();

  /// Of the current row; `column` counts from 0.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::vector<std::byte> blob(int column) const;

 private:
  friend class Database;
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int parameters_bound_ = 0;
  int bind_result_ = SQLITE_OK;
};

/// One connection. One thread at a time.
class Database {
 public:
  enum class Mode { read_only, read_write };  ///< read_write creates the file if there is none.

  static Result<Database> open(const std::filesystem::path& file, Mode mode);

  /// Runs a script of statements without parameters.
  Status execute(const char* script);
  /// A statement with parameters, prepared when it is first asked for. The same text must not be
  /// in use twice at the same time.
  Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row of a statement that has one, such as a PRAGMA.
  Result<std::int64_t> query_integer(std::string_view sql);
  Result<std::string> query_text(std::string_view sql);

  /// Empties the write-ahead log, which still holds deleted pages as they were. Does not wait for a
  /// reader that stands in the way, such as a backup: then a later call does it.
  void empty_log();
  /// Copies the whole database as it is at one moment over `target`, while others write to it.
  Status copy_to(Database& target);

  [[nodiscard]] std::int64_t last_insert_rowid() const;
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}

  std::unique_ptr<sqlite3, Close> connection_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

/// A write transaction, undone at its end unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  /// Returns after the commit is on disk.
  Status commit();

 private:
  struct Rollback {
    void operator()(Database* database) const;
  };
  explicit Transaction(Database& database) : database_(&database) {}

  std::unique_ptr<Database, Rollback> database_;
};

}  // namespace auscult::storage
