#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auscult/result.hpp"

/// What the stores' rows need of a database, whichever it is. Statements are written in the SQL
/// that SQLite and PostgreSQL have in common, with `?` or `?1` for parameters. Every failure is a
/// storage_failure that names the database, what it says, and what to do.
namespace auscult::storage {

/// What a kind of database does for a Statement.
class StatementBody {
 public:
  StatementBody() = default;
  StatementBody(const StatementBody&) = delete;
  StatementBody& operator=(const StatementBody&) = delete;
  virtual ~StatementBody() = default;

  virtual void bind(std::int64_t value) = 0;
  virtual void bind(double value) = 0;
  virtual void bind(std::string_view text) = 0;
  virtual void bind(std::span<const std::byte> blob) = 0;
  virtual void bind(std::nullptr_t) = 0;
  virtual Result<bool> step() = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
  [[nodiscard]] virtual std::vector<std::byte> blob(int column) const = 0;
};

/// One use of a statement that its connection keeps prepared. While a Statement stands on a row no
/// other of the same connection may be run; its end resets it. Must not outlive its connection.
class Statement {
 public:
  explicit Statement(std::unique_ptr<StatementBody> body) : body_(std::move(body)) {}

  /// Binds the next parameter. Text is copied; a blob must outlive the Statement.
  Statement& bind(std::int64_t value) { return bind_value(value); }
  Statement& bind(int value) { return bind_value(std::int64_t{value}); }
  Statement& bind(double value) { return bind_value(value); }
  Statement& bind(std::string_view text) { return bind_value(text); }
  Statement& bind(std::span<const std::byte> blob) { return bind_value(blob); }
  Statement& bind(std::nullptr_t) { return bind_value(nullptr); }
  /// NULL where there is no value.
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(nullptr);
  }

  /// Goes to the next row; false after the last. Also reports what a bind() could not do.
  Result<bool> step() { return body_->step(); }
  /// Runs a statement whose rows do not matter.
  Status run();

  /// Of the current row; `column` counts from 0.
  [[nodiscard]] bool is_null(int column) const { return body_->is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return body_->integer(column); }
  [[nodiscard]] double real(int column) const { return body_->real(column); }
  [[nodiscard]] std::string text(int column) const { return body_->text(column); }
  [[nodiscard]] std::vector<std::byte> blob(int column) const { return body_->blob(column); }

 private:
  template <typename T>
  Statement& bind_value(T value) {
    body_->bind(value);
    return *this;
  }

  std::unique_ptr<StatementBody> body_;
};

/// One connection to a database. One thread at a time.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  /// Runs a script of statements without parameters.
  virtual Status execute(const char* script) = 0;
  /// A statement with parameters, prepared when it is first asked for. The same text must not be
  /// in use twice at the same time.
  virtual Result<Statement> prepare(std::string_view sql) = 0;
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] virtual std::int64_t changes() const = 0;
  /// What begins a transaction that writes: others that write wait for its end.
  [[nodiscard]] virtual const char* begin_to_write() const = 0;

  /// The first column of the first row of a statement without parameters; 0 or empty without a row.
  Result<std::int64_t> query_integer(std::string_view sql);
  Result<std::string> query_text(std::string_view sql);

 protected:
  SqlConnection() = default;
  SqlConnection(const SqlConnection&) = default;
  SqlConnection(SqlConnection&&) = default;
  SqlConnection& operator=(const SqlConnection&) = default;
  SqlConnection& operator=(SqlConnection&&) = default;
};

/// A write transaction, undone at its end unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(SqlConnection& database);
  /// Returns after the commit is on disk.
  Status commit();

 private:
  struct Rollback {
    void operator()(SqlConnection* database) const;
  };
  explicit Transaction(SqlConnection& database) : database_(&database) {}

  std::unique_ptr<SqlConnection, Rollback> database_;
};

}  // namespace auscult::storage
