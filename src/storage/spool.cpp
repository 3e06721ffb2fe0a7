#include "storage/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <limits>
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

Spool Spool::in_memory() {
  return Spool(std::filesystem::path(), std::numeric_limits<std::size_t>::max());
}

Status Spool::spill() {
  FileDescriptor file = open_nameless(folder_);
  if (!file.is_open()) return system_error(folder_, "no file can be created in it", errno);
  if (Status written = write_all(file, memory_, folder_); !written) return written;
  file_ = std::move(file);
  memory_ = std::vector<std::byte>();  // Not {}, which would keep the memory.
  return Ok{};
}

Status Spool::write_at(std::size_t offset, std::span<const std::byte> bytes) {
  assert(offset <= size_);
  const std::size_t end = std::max(size_, offset + bytes.size());
  if (!discards_ && !file_.is_open() && end > in_memory_bytes_) {
    if (Status spilt = spill(); !spilt) return spilt;
  }
  size_ = end;
  if (discards_) return Ok{};
  if (!file_.is_open()) {
    memory_.resize(end);
    std::ranges::copy(bytes, memory_.begin() + static_cast<std::ptrdiff_t>(offset));
    return Ok{};
  }
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(folder_, "a file in it cannot be written", errno);
    offset += static_cast<std::size_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return Ok{};
}

Result<std::size_t> Spool::read_at(std::size_t offset, std::span<std::byte> block) const {
  for (;;) {
    const ssize_t got =
        ::pread(file_.get(), block.data(), block.size(), static_cast<off_t>(offset));
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && errno == EINTR) continue;
    return system_error(folder_, "a file in it cannot be read", got == 0 ? EIO : errno);
  }
}

Status Spool::read(const std::function<Status(std::span<const std::byte> block)>& take) const {
  if (!file_.is_open()) return take(memory_);
  std::vector<std::byte> block(std::size_t{1} << 18U);
  for (std::size_t offset = 0; offset < size_;) {
    const Result<std::size_t> got = read_at(offset, block);
    if (!got) return got.error();
    if (Status taken = take(std::span(block).first(*got)); !taken) return taken;
    offset += *got;
  }
  return Ok{};
}

}  // namespace auscult::storage
