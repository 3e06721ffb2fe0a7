#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "auscult/result.hpp"
#include "core/request_rate.hpp"
#include "core/time.hpp"
#include "storage/audit_table.hpp"
#include "storage/files.hpp"
#include "storage/key_store.hpp"

namespace auscult::access {

/// One file of the audit log: some 40,000 lines.
inline constexpr std::uintmax_t kMaxAuditFileBytes = 16U << 20U;
/// One line of it, longer than any that we write: the ids of an archive are its longest part.
inline constexpr std::size_t kMaxAuditLineBytes = 64U << 10U;

/// Who did what: names and numbers only, never a secret, a sound or the text of a note.
struct AuditEntry {
  Timestamp at;
  std::string event;   ///< "request", "refused", "key.create", ...
  std::string who;     ///< "key:ID", "anonymous" or "command".
  std::string from;    ///< The peer's address, or the user who ran the command.
  std::string method;  ///< Of a request, as is the next; may be empty.
  std::string route;   ///< The route's pattern.
  std::string target;  ///< A recording's or a key's id, or a device's name; may be empty.
  int outcome = 0;     ///< The status; 0 if there is none.
  std::string detail;  ///< What else there is to say; may be empty.
};

/// The log of accesses and changes of a store: JSON lines, each with the SHA-256 of the one before
/// and of itself, so that none can be changed, removed or put in between unnoticed
/// (docs/security.md has the format). The death of the process loses no line that append() has
/// returned for, a loss of power at most the last second's. Any thread, and several processes at a
/// time.
class AuditLog {
 public:
  /// Opens or begins the log of `folder`. If it ends before the place that the database remembers,
  /// a line says so. Fails with storage_failure.
  static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& folder,
                                                std::uintmax_t max_file_bytes = kMaxAuditFileBytes);
  /// The log in a table, which several processes share.
  static std::unique_ptr<AuditLog> open(std::unique_ptr<storage::AuditTable> table);

  /// Syncs what is not synced.
  virtual ~AuditLog() = default;
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  virtual Status append(const AuditEntry& entry) = 0;
  /// The same for a request that was refused, of which anybody can make as many as he likes: beyond
  /// sixty a minute they are only counted, in the next line.
  Status append_refused(AuditEntry entry);
  /// Returns when all that was appended is on disk and the database knows of it.
  virtual Status sync() = 0;

 protected:
  AuditLog() = default;

 private:
  std::mutex refused_mutex_;
  // Under `refused_mutex_`:
  RequestRate refused_;
  std::int64_t refused_unlogged_ = 0;
};

/// The log in a folder: audit.jsonl; full files are set aside as audit-<last line>.jsonl. A line is
/// in the kernel's hands when append() returns; it is synced within a second, and the database then
/// told where the log ends.
class FileAuditLog final : public AuditLog {
 public:
  ~FileAuditLog() override;
  Status append(const AuditEntry& entry) override;
  Status sync() override;

 private:
  friend class AuditLog;
  FileAuditLog(std::filesystem::path folder, std::uintmax_t max_file_bytes,
               std::unique_ptr<storage::KeyStore> heads);

  Status append_locked(const AuditEntry& entry);
  Status take_file();
  Status read_end(std::uintmax_t size);
  Status set_aside();
  Status note_truncation();
  void sync_now_and_then();

  const std::filesystem::path folder_;
  const std::uintmax_t max_file_bytes_;
  std::mutex mutex_;
  // Under `mutex_`:
  storage::FileDescriptor file_{-1};
  std::uintmax_t known_size_ = 0;  ///< Of the file, when `head_` was its end.
  storage::AuditHead head_;
  bool is_synced_ = true;
  bool is_ending_ = false;
  std::condition_variable changed_;

  std::mutex sync_mutex_;
  std::unique_ptr<storage::KeyStore> heads_;  ///< Under `sync_mutex_`.
  std::thread syncing_;                       ///< Last: it uses all the above.
};

/// What verify_audit_log() found.
struct AuditVerdict {
  std::int64_t first_line = 0;  ///< Above 1 if older files were taken away. 0: there is no log.
  storage::AuditHead head;      ///< The last sound line.
  std::string problem;          ///< Empty: the chain is whole. Else file, line and what is wrong.
};

/// Checks every line that is left of a folder's log, and its end against the database's memory of
/// it. Fails with storage_failure if something cannot be read.
Result<AuditVerdict> verify_audit_log(const std::filesystem::path& folder);
Result<AuditVerdict> verify_audit_log(const storage::AuditTable& table);

}  // namespace auscult::access
