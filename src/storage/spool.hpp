#pragma once

#include <cstddef>
#include <filesystem>
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

  Status append(std::span<const std::byte> bytes);
  /// Puts `bytes` in place of the first ones appended, of which there are as many.
  Status replace_front(std::span<const std::byte> bytes);

  /// Writes all of it to `to`, whose name for messages is `path`.
  [[nodiscard]] Status copy_to(const FileDescriptor& to, const std::filesystem::path& path) const;

 private:
  Status spill();

  std::filesystem::path folder_;
  std::size_t in_memory_bytes_;
  bool discards_ = false;
  std::vector<std::byte> memory_;  // All of it as long as there is no file.
  FileDescriptor file_{-1};
};

}  // namespace auscult::storage
