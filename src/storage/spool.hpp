#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "auscult/result.hpp"
#include "storage/files.hpp"

namespace auscult::storage {

/// Bytes that are collected one after the other: in memory while they are few, beyond that in a
/// file without a name, which is gone with the spool or the process. Failures are storage_failure
/// with the folder and the system's reason. One thread at a time.
class Spool {
 public:
  static constexpr std::size_t kInMemoryBytes = std::size_t{1} << 20U;

  /// More than `in_memory_bytes` go to a file in `folder`.
  explicit Spool(std::filesystem::path folder, std::size_t in_memory_bytes = kInMemoryBytes)
      : folder_(std::move(folder)), in_memory_bytes_(in_memory_bytes) {}
  /// One that keeps nothing, for who wants nothing.
  static Spool discarding();
  /// One that never needs a file.
  static Spool in_memory();

  /// Puts bytes at an offset, at most size(): over what is there, or after it.
  Status write_at(std::size_t offset, std::span<const std::byte> bytes);
  Status append(std::span<const std::byte> bytes) { return write_at(size_, bytes); }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of so many bytes, how many would take memory.
  [[nodiscard]] std::size_t memory_for(std::size_t bytes) const {
    return std::min(bytes, in_memory_bytes_);
  }

  /// Whether it lies in a file; if not, memory() is all of it.
  [[nodiscard]] bool is_in_file() const { return file_.is_open(); }
  [[nodiscard]] const std::vector<std::byte>& memory() const { return memory_; }

  /// Gives all of it to `take`, a block at a time, until that fails; what is in memory as one
  /// block.
  [[nodiscard]] Status read(
      const std::function<Status(std::span<const std::byte> block)>& take) const;

 private:
  Status spill();
  /// What of the file there is from `offset`, at least a byte.
  [[nodiscard]] Result<std::size_t> read_at(std::size_t offset, std::span<std::byte> block) const;

  std::filesystem::path folder_;
  std::size_t in_memory_bytes_;
  std::size_t size_ = 0;
  bool discards_ = false;
  std::vector<std::byte> memory_;  // All of it as long as there is no file.
  FileDescriptor file_{-1};
};

}  // namespace auscult::storage
