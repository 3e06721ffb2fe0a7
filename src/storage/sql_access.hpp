#pragma once

#include <functional>
#include <string>

#include "auscult/result.hpp"
#include "storage/sql.hpp"

namespace auscult::storage {

/// How what is kept beside the recordings gets at its rows, whichever database they are in. Fails
/// as the work does, and if the database does. Any thread.
class SqlAccess {
 public:
  using Work = std::function<Status(SqlConnection&)>;

  virtual ~SqlAccess() = default;
  /// Runs work that only reads; once more if the connection is lost on the way.
  virtual Status read(const Work& work) = 0;
  /// Runs work in a transaction, which is on disk when this returns, or undone if the work fails.
  /// Others that write wait meanwhile.
  virtual Status write(const Work& work) = 0;
  /// Runs one statement that locks by itself what it changes, so that nobody else need wait.
  virtual Status change(const Work& work) = 0;
  /// What a SELECT ends with so that several processes get different rows of it.
  [[nodiscard]] virtual std::string skip_locked() const = 0;

 protected:
  SqlAccess() = default;
  SqlAccess(const SqlAccess&) = default;
  SqlAccess& operator=(const SqlAccess&) = default;
};

}  // namespace auscult::storage
