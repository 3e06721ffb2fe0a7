#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "postgres/address.hpp"
#include "storage/sql.hpp"

/// libpq with owners and Results. Failures name the database without its password: unavailable if
/// it cannot be reached or has no time, invalid_argument on text that is no UTF-8, else
/// storage_failure.
namespace auscult::postgres {

/// The parameters of one statement.
class Parameters {
 public:
  void bind(std::int64_t value);
  void bind(double value);
  /// Text is copied; a blob outlives the parameters.
  void bind(std::string_view text);
  void bind(std::span<const std::byte> blob);
  void bind(std::nullptr_t);
  template <typename T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(nullptr);
  }

  /// Sends the statement that is prepared as `name`; false if libpq cannot.
  [[nodiscard]] bool send(PGconn* connection, const std::string& name) const;

 private:
  struct Parameter {
    enum class Kind { null, copied, blob };
    Kind kind = Kind::null;
    std::string text = {};
    std::span<const std::byte> blob = {};
    bool is_binary = false;
  };
  std::vector<Parameter> parameters_;
};

/// A statement with its parameters, for run_together().
struct Call {
  const char* sql = "";
  Parameters parameters = {};
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultOwner = std::unique_ptr<PGresult, ClearResult>;

/// Of a row in PostgreSQL's binary form; `column` counts from 0.
std::int64_t integer_of(const PGresult* result, int row, int column);

/// One connection. Every commit is on the server's disk when it returns, whatever the database's
/// default says. One thread at a time.
class Connection final : public storage::SqlConnection {
 public:
  /// Waits some seconds at most.
  static Result<Connection> open(const Address& address);

  Status execute(const char* script) override;
  Result<storage::Statement> prepare(std::string_view sql) override;
  [[nodiscard]] std::int64_t changes() const override;
  [[nodiscard]] const char* begin_to_write() const override;

  /// Runs the calls in one round trip to the server, in a transaction that is under way, and gives
  /// the result of each. What they answer must be short. If one fails, those after it are not run.
  Result<std::vector<ResultOwner>> run_together(std::span<const Call> calls);

  /// Whether the connection is lost, and whatever was under way with it.
  [[nodiscard]] bool is_lost() const;
  /// Whether it can be used for something new; looks for a server that has closed it.
  [[nodiscard]] bool is_idle();

  /// For what libpq alone can do, such as notifications.
  [[nodiscard]] PGconn* raw() const;
  /// What went wrong last.
  [[nodiscard]] Error last_error() const;

 private:
  struct Session;
  class Running;
  explicit Connection(std::unique_ptr<Session> session);
  Result<std::string> name_of(std::string_view sql);

 public:
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection() override;

 private:
  std::unique_ptr<Session> session_;
};

/// Puts `$1`, `$2`, ... for `?` and `?1` outside quotes.
std::string with_numbered_parameters(std::string_view sql);

}  // namespace auscult::postgres
