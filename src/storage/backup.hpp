#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "auscult/result.hpp"
#include "core/time.hpp"

/// Copies of a SQLite store. Failures are storage_failure, or not_found where there is nothing to
/// copy: what, where, and what to do.
namespace auscult::storage {

struct BackupReport {
  std::filesystem::path file;
  std::int64_t recordings = 0;
  std::int64_t bytes = 0;  ///< Of the file.
};

/// Copies the store in `folder`, as it is at one moment, into `target`: a new file, or, in a folder
/// that exists, one named after the time. The store may be in use meanwhile; nobody waits for the
/// copy. The copy is checked whole, sound and all, and has its name only then.
Result<BackupReport> back_up(const std::filesystem::path& folder,
                             const std::filesystem::path& target, Timestamp at);

/// Whether a store that has recordings already, or is damaged, may give way to another.
enum class Overwrite { refuse, allow };

struct RestoreReport {
  std::int64_t recordings = 0;
  std::optional<std::filesystem::path> replaced;  ///< The database that was there before.
};

/// Puts a backup into `folder`, which no auscult may be using. The backup is checked whole first,
/// and a crash in between leaves the old store or the new one. A store that was there is kept
/// beside it under another name.
Result<RestoreReport> restore_backup(const std::filesystem::path& backup,
                                     const std::filesystem::path& folder, Overwrite overwrite,
                                     Timestamp at);

}  // namespace auscult::storage
