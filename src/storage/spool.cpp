#include "storage/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace auscult::storage {
namespace {

/// A file without a name. Not all file systems can make one; there it loses its name at once.
FileDescriptor open_nameless(const std::filesystem::path& folder) {
  FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.is_open() || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  std::string name = (folder / ".spool.XXXXXX").string();
  FileDescriptor named(::mkostemp(name.data(), O_CLOEXEC));
  if (named.is_open()) ::unlink(name.c_str());
  return named;
}

}  // namespace

Spool Spool::discarding() {
  Spool spool{std::filesystem::path()};
  spool.discards_ = true;
  return spool;
}

Status Spool::spill() {
  FileDescriptor file = open_nameless(folder_);
  if (!file.is_open()) return system_error(folder_, "no file can be created in it", errno);
  if (Status written = write_all(file, memory_, folder_); !written) return written;
  file_ = std::move(file);
  memory_ = std::vector<std::byte>();  // Not {}, which would keep the memory.
  return Ok{};
}

Status Spool::append(std::span<const std::byte> bytes) {
  if (discards_) return Ok{};
  if (!file_.is_open() && memory_.size() + bytes.size() > in_memory_bytes_) {
    if (Status spilt = spill(); !spilt) return spilt;
  }
  if (file_.is_open()) return write_all(file_, bytes, folder_);
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return Ok{};
}

Status Spool::replace_front(std::span<const std::byte> bytes) {
  if (discards_) return Ok{};
  if (!file_.is_open()) {
    assert(bytes.size() <= memory_.size());
    std::ranges::copy(bytes, memory_.begin());
    return Ok{};
  }
  const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), 0);
  if (written != static_cast<ssize_t>(bytes.size())) {
    return system_error(folder_, "a file in it cannot be written", errno);
  }
  return Ok{};
}

Status Spool::copy_to(const FileDescriptor& to, const std::filesystem::path& path) const {
  if (!file_.is_open()) return write_all(to, memory_, path);
  std::vector<std::byte> block(std::size_t{1} << 18U);
  off_t position = 0;
  for (;;) {
    const ssize_t got = ::pread(file_.get(), block.data(), block.size(), position);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(folder_, "a file in it cannot be read", errno);
    if (got == 0) return Ok{};
    const auto read = std::span(block).first(static_cast<std::size_t>(got));
    if (Status written = write_all(to, read, path); !written) return written;
    position += got;
  }
}

}  // namespace auscult::storage
