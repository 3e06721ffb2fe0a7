#include "access/audit_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "access/audit_line.hpp"
#include "storage/sqlite_key_store.hpp"

namespace auscult::access {
namespace {

// What a loss of power may cost, at most.
constexpr std::chrono::seconds kSyncInterval{1};
constexpr int kRefusedPerMinute = 60;

Error file_error(const std::filesystem::path& file, const char* what) {
  const int number = errno;
  std::string text =
      file.string() + ": cannot " + what + ": " + std::generic_category().message(number);
  if (const auto advice = storage::advice(number); !advice.empty())
    text.append(": ").append(advice);
  return fail(ErrorCode::storage_failure, std::move(text));
}

/// Other processes wait while one of these lives.
class FileLock {
 public:
  explicit FileLock(int descriptor) : descriptor_(descriptor) { ::flock(descriptor_, LOCK_EX); }
  ~FileLock() { ::flock(descriptor_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

std::filesystem::path log_file(const std::filesystem::path& folder) {
  return folder / "audit.jsonl";
}

/// More than the last line of a file.
Result<std::string> read_tail(const std::filesystem::path& path, int descriptor,
                              std::uintmax_t size) {
  std::string tail(std::min<std::uintmax_t>(size, 2 * kMaxAuditLineBytes), '\0');
  const auto from = static_cast<off_t>(size - tail.size());
  const ssize_t got = ::pread(descriptor, tail.data(), tail.size(), from);
  if (got != static_cast<ssize_t>(tail.size())) return file_error(path, "read");
  return tail;
}

/// The line that `tail`, which ends with a line end, ends with.
Result<storage::AuditHead> last_line(const std::filesystem::path& path, std::string_view tail) {
  if (!tail.empty()) tail.remove_suffix(1);
  const std::size_t before = tail.rfind('\n');
  const auto line = decode_line(before == std::string_view::npos ? tail : tail.substr(before + 1));
  if (line) return storage::AuditHead{line->number, line->sha256};
  return fail(ErrorCode::storage_failure,
              path.string() + ": its last line is no line of an audit log: move the file away");
}

/// Each line is one commit of the database, which keeps the lines' order for all processes.
class TableAuditLog final : public AuditLog {
 public:
  explicit TableAuditLog(std::unique_ptr<storage::AuditTable> table) : table_(std::move(table)) {}

  Status append(const AuditEntry& entry) override {
    return table_->append([&](const storage::AuditHead& head) {
      AuditLine line = encode_line(entry, head);
      return storage::AuditRow{std::move(line.text), std::move(line.sha256)};
    });
  }
  Status sync() override { return Ok{}; }

 private:
  std::unique_ptr<storage::AuditTable> table_;
};

}  // namespace

FileAuditLog::FileAuditLog(std::filesystem::path folder, std::uintmax_t max_file_bytes,
                           std::unique_ptr<storage::KeyStore> heads)
    : folder_(std::move(folder)), max_file_bytes_(max_file_bytes), heads_(std::move(heads)) {}

Status AuditLog::append_refused(AuditEntry entry) {
  {
    const std::lock_guard lock(refused_mutex_);
    if (refused_.take(kRefusedPerMinute, std::chrono::steady_clock::now())) {
      ++refused_unlogged_;
      return Ok{};
    }
    const std::int64_t unlogged = std::exchange(refused_unlogged_, 0);
    if (unlogged > 0) entry.detail += " (" + std::to_string(unlogged) + " more before it)";
  }
  return append(entry);
}

std::unique_ptr<AuditLog> AuditLog::open(std::unique_ptr<storage::AuditTable> table) {
  return std::make_unique<TableAuditLog>(std::move(table));
}

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& folder,
                                                 std::uintmax_t max_file_bytes) {
  Result<storage::SqliteKeyStore> heads = storage::SqliteKeyStore::open(folder);
  if (!heads) return heads.error();
  std::unique_ptr<FileAuditLog> log(new FileAuditLog(
      folder, max_file_bytes, std::make_unique<storage::SqliteKeyStore>(*std::move(heads))));
  if (const Status noted = log->note_truncation(); !noted) return noted.error();
  log->syncing_ = std::thread([raw = log.get()] { raw->sync_now_and_then(); });
  return std::unique_ptr<AuditLog>(std::move(log));
}

FileAuditLog::~FileAuditLog() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (syncing_.joinable()) syncing_.join();
  (void)sync();
}

Status FileAuditLog::note_truncation() {
  const Result<storage::AuditHead> remembered = heads_->audit_head();
  if (!remembered) return remembered.error();
  const std::lock_guard lock(mutex_);
  if (Status taken = take_file(); !taken) return taken;
  {
    const FileLock file_lock(file_.get());
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return file_error(log_file(folder_), "look at");
    Status read = read_end(static_cast<std::uintmax_t>(status.st_size));
    if (!read) return read;
  }
  const bool differs = remembered->lines == head_.lines && remembered->sha256 != head_.sha256;
  if (remembered->lines <= head_.lines && !differs) return Ok{};
  AuditEntry entry;
  entry.at = now();
  entry.event = "audit.truncated";
  entry.detail = "the database remembers line " + std::to_string(remembered->lines) +
                 " with hash " + remembered->sha256;
  return append_locked(entry);
}

/// Opens the present file, unless it is open.
Status FileAuditLog::take_file() {
  const std::filesystem::path path = log_file(folder_);
  struct stat open_file {};
  struct stat present {};
  const bool is_present = file_.is_open() && ::fstat(file_.get(), &open_file) == 0 &&
                          ::stat(path.c_str(), &present) == 0 && open_file.st_ino == present.st_ino;
  if (is_present) return Ok{};
  storage::FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return file_error(path, "open");
  file_ = std::move(file);
  known_size_ = 0;
  return Ok{};
}

/// Learns where the log ends from the last line of the file, of which somebody else may have
/// written; a line that a loss of power cut short is taken away.
Status FileAuditLog::read_end(std::uintmax_t size) {
  const std::filesystem::path path = log_file(folder_);
  Result<std::string> tail = read_tail(path, file_.get(), size);
  if (!tail) return tail.error();
  const std::size_t whole = tail->rfind('\n') == std::string::npos ? 0 : tail->rfind('\n') + 1;
  const std::size_t cut = tail->size() - whole;
  if (cut > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size - cut)) != 0) {
    return file_error(path, "take a broken line away");
  }
  tail->resize(whole);
  known_size_ = size - cut;
  if (!tail->empty()) {
    const Result<storage::AuditHead> head = last_line(path, *tail);
    if (!head) return head.error();
    head_ = *head;
    return Ok{};
  }
  const std::vector<std::filesystem::path> older = files_set_aside(folder_);
  head_ = {};
  if (older.empty()) return Ok{};
  const storage::FileDescriptor file(::open(older.back().c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return file_error(older.back(), "read");
  tail = read_tail(older.back(), file.get(), static_cast<std::uintmax_t>(status.st_size));
  if (!tail) return tail.error();
  const Result<storage::AuditHead> head = last_line(older.back(), *tail);
  if (!head) return head.error();
  head_ = *head;
  return Ok{};
}

/// Begins a new file.
Status FileAuditLog::set_aside() {
  std::array<char, 32> name{};
  (void)std::snprintf(name.data(), name.size(), "audit-%012lld.jsonl",
                      static_cast<long long>(head_.lines));
  if (::fdatasync(file_.get()) != 0) return file_error(log_file(folder_), "sync");
  std::error_code error;
  std::filesystem::rename(log_file(folder_), folder_ / name.data(), error);
  if (error) {
    return fail(ErrorCode::storage_failure,
                log_file(folder_).string() + " cannot be set aside: " + error.message());
  }
  return Ok{};
}

Status FileAuditLog::append(const AuditEntry& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (Status appended = append_locked(entry); !appended) return appended;
  }
  changed_.notify_all();
  return Ok{};
}

Status FileAuditLog::append_locked(const AuditEntry& entry) {
  for (;;) {
    if (Status taken = take_file(); !taken) return taken;
    const FileLock file_lock(file_.get());
    struct stat status {};
    struct stat present {};
    const std::filesystem::path path = log_file(folder_);
    if (::fstat(file_.get(), &status) != 0) return file_error(path, "look at");
    // Set aside by another process while we waited for the lock.
    if (::stat(path.c_str(), &present) != 0 || present.st_ino != status.st_ino) continue;
    const auto size = static_cast<std::uintmax_t>(status.st_size);
    if (size != known_size_ || size == 0) {
      if (Status read = read_end(size); !read) return read;
    }
    if (known_size_ >= max_file_bytes_) {
      if (Status aside = set_aside(); !aside) return aside;
      continue;
    }
    const AuditLine line = encode_line(entry, head_);
    const std::string text = line.text + "\n";
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
      const Error failure = file_error(path, "write");
      (void)::ftruncate(file_.get(), static_cast<off_t>(known_size_));
      return failure;
    }
    known_size_ += text.size();
    head_ = {head_.lines + 1, line.sha256};
    is_synced_ = false;
    return Ok{};
  }
}

Status FileAuditLog::sync() {
  const std::lock_guard sync_lock(sync_mutex_);
  int descriptor = -1;
  storage::AuditHead head;
  {
    const std::lock_guard lock(mutex_);
    if (is_synced_) return Ok{};
    is_synced_ = true;
    head = head_;
    // Of our own, since the log may go on in another file meanwhile.
    descriptor = ::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0);
  }
  const storage::FileDescriptor file(descriptor);
  if (::fdatasync(file.get()) != 0) return file_error(log_file(folder_), "sync");
  return heads_->set_audit_head(head);
}

void FileAuditLog::sync_now_and_then() {
  std::unique_lock lock(mutex_);
  while (!is_ending_) {
    changed_.wait(lock, [this] { return is_ending_ || !is_synced_; });
    // A second's lines at a time.
    changed_.wait_for(lock, kSyncInterval, [this] { return is_ending_; });
    lock.unlock();
    (void)sync();  // Tried again with the next line; the log itself says what is lost.
    lock.lock();
  }
}

}  // namespace auscult::access
