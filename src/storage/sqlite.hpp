#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "storage/spool.hpp"
#include "storage/sql.hpp"

/// SQLite with owners and Results; failures also have what the operating system says.
namespace auscult::storage {

/// One connection to a file. One thread at a time.
class Database final : public SqlConnection {
 public:
  enum class Mode { read_only, read_write };  ///< read_write creates the file if there is none.

  static Result<Database> open(const std::filesystem::path& file, Mode mode);

  Status execute(const char* script) override;
  Result<Statement> prepare(std::string_view sql) override;
  [[nodiscard]] std::int64_t changes() const override;
  [[nodiscard]] const char* begin_to_write() const override { return "BEGIN IMMEDIATE"; }

  /// Empties the write-ahead log, which still holds deleted pages as they were. Does not wait for a
  /// reader that stands in the way, such as a backup: then a later call does it.
  void empty_log();
  /// Copies the whole database as it is at one moment over `target`, while others write to it.
  Status copy_to(Database& target);

  /// Where a value lies that is written block by block.
  struct Place {
    const char* table = nullptr;
    const char* column = nullptr;
    std::int64_t rowid = 0;
  };
  /// Writes `content` over a blob of as many bytes. In a transaction, which is to be undone if it
  /// fails: the blob may be half written then.
  Status write_blob(const Place& place, const Spool& content);

  [[nodiscard]] std::int64_t last_insert_rowid() const;

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

}  // namespace auscult::storage
