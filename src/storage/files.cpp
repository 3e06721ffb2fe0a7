#include "storage/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

#include "storage/spool.hpp"

namespace auscult::storage {
namespace {

std::filesystem::path pending_name(const std::filesystem::path& file) {
  return file.parent_path() / ("." + file.filename().string() + ".tmp");
}

}  // namespace

Error system_error(const std::filesystem::path& path, const std::string& what, int error_number) {
  std::string message =
      path.string() + ": " + what + ": " + std::generic_category().message(error_number);
  if (const std::string_view what_to_do = advice(error_number); !what_to_do.empty()) {
    message += "; ";
    message += what_to_do;
  }
  return fail(ErrorCode::storage_failure, std::move(message));
}

Status write_all(const FileDescriptor& file, std::span<const std::byte> content,
                 const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(path, "cannot be written", errno);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return Ok{};
}

std::string_view advice(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "the disk is full or a size limit is reached: free some space";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check that the folder and its files belong to this user and can be written";
    default:
      return {};
  }
}

FileDescriptor::~FileDescriptor() {
  if (is_open()) ::close(descriptor_);
}

Result<FileDescriptor> lock_folder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "auscult.lock";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) {
    return system_error(path, "cannot be opened", errno);
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(path, "cannot be locked", errno);
    const Result<std::string> holder = read_file(path, 32);
    return fail(ErrorCode::storage_failure,
                folder.string() + " is in use by another auscult" +
                    (holder && !holder->empty() ? " (process " + *holder + ")" : std::string()) +
                    ": stop that one or choose another folder");
  }
  // Only for the message above, hence what goes wrong here does not matter.
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) == 0)
    (void)write_all(file, std::as_bytes(std::span(process)), path);
  return file;
}

template <typename Fill>
Result<PendingFile> PendingFile::fill(const std::filesystem::path& file, Fill fill) {
  const std::filesystem::path path = pending_name(file);
  const FileDescriptor descriptor(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!descriptor.is_open()) return system_error(path, "cannot be created", errno);
  PendingFile pending(file);
  if (const Status filled = fill(descriptor, path); !filled) return filled.error();
  return pending;
}

Result<PendingFile> PendingFile::write(const std::filesystem::path& file,
                                       std::span<const std::byte> content) {
  return fill(file, [content](const FileDescriptor& to, const std::filesystem::path& path) {
    return write_all(to, content, path);
  });
}

Result<PendingFile> PendingFile::write(const std::filesystem::path& file, const Spool& content) {
  return fill(file, [&content](const FileDescriptor& to, const std::filesystem::path& path) {
    return content.read(
        [&](std::span<const std::byte> block) { return write_all(to, block, path); });
  });
}

PendingFile::~PendingFile() {
  if (!file_.empty()) ::unlink(pending_name(file_).c_str());
}

Status PendingFile::publish() {
  if (std::rename(pending_name(file_).c_str(), file_.c_str()) != 0) {
    return system_error(file_, "cannot be replaced", errno);
  }
  file_.clear();
  return Ok{};
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
  const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    const int number = errno;
    Error error = system_error(file, "cannot be read", number);
    if (number == ENOENT) error.code = ErrorCode::not_found;
    return error;
  }
  // One byte more tells a file that is too long.
  std::string content(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(descriptor.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(file, "cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes) {
    return fail(ErrorCode::storage_failure,
                file.string() + ": is longer than " + std::to_string(max_bytes) + " bytes");
  }
  content.resize(size);
  return content;
}

bool file_equals(const std::filesystem::path& file, std::span<const std::byte> content) {
  const Result<std::string> read = read_file(file, content.size());
  return read && read->size() == content.size() &&
         std::memcmp(read->data(), content.data(), content.size()) == 0;
}

Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return system_error(to, "cannot be put in place", errno);
  }
  const std::filesystem::path folder = to.has_parent_path() ? to.parent_path() : ".";
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder, and then keep the order of renames by themselves.
  if (descriptor.is_open() && ::fsync(descriptor.get()) != 0 && errno != EINVAL) {
    return system_error(folder, "cannot be synced", errno);
  }
  return Ok{};
}

Status delete_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
    return system_error(file, "cannot be deleted", errno);
  }
  return Ok{};
}

}  // namespace auscult::storage
