#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "auscult/result.hpp"
#include "core/time.hpp"
#include "storage/sql.hpp"

/// Moves everything of one store into another, of whichever kind. Failures are storage_failure:
/// what, where, and what to do.
namespace auscult::storage {

/// One of two stores, and what is different in its kind of SQL.
struct CopySide {
  std::string name;             ///< For messages; without secrets.
  std::shared_ptr<void> claim;  ///< What keeps others from using it, if anything does.
  std::unique_ptr<SqlConnection> database;
  const char* begin_snapshot = "";  ///< Begins to read what there is at one moment.
  const char* last_sequence = "";   ///< Asks which `sequence` was given last, also if it is gone.
  const char* forget_sequence = "";
  const char* set_sequence = "";  ///< Sets it to the parameter.
};

/// The store in a folder. The source may be in use meanwhile; the target is made if it is missing,
/// and must not be.
Result<CopySide> copy_source(const std::filesystem::path& folder);
Result<CopySide> copy_target(const std::filesystem::path& folder);

/// What to do with a target that is not empty.
enum class CopyMode {
  begin,    ///< Refuse it.
  resume,   ///< Go on with a copy of the same source that was interrupted, or bring it up to date.
  replace,  ///< Delete what is there.
};

struct CopyReport {
  std::int64_t recordings = 0;  ///< In the target.
  std::int64_t copied = 0;      ///< Of those, what was not there before.
  std::int64_t rows = 0;        ///< In all tables.
};

/// Makes `to` hold what `from` does at the moment at which it begins to read, row by row and with
/// the same order of storing, and compares number and SHA-256 of the rows of every table on both
/// sides. What was copied when it is interrupted stays, and the store cannot be used until a
/// resumed copy has gone through. A store that has been used since it was copied is no target to be
/// resumed.
/// Audit logs stay where they were written, each a chain of its own.
Result<CopyReport> copy_store(CopySide& from, CopySide& to, CopyMode mode, Timestamp at);

}  // namespace auscult::storage
