#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace auscult::service {

/// Puts files together into a ZIP archive (APPNOTE.TXT 6.3.10), as they are: audio hardly shrinks.
/// Fewer than 65,535 files, less than 4 GiB in all. One thread.
class ZipWriter {
 public:
  /// Adds a file; its name is ASCII, relative, with slashes. Times are kept to two seconds, in UTC,
  /// from 1980 on.
  void add(const std::string& name, Timestamp time, std::span<const std::byte> content);

  /// The whole archive; nothing can be added after.
  std::vector<std::byte> finish() &&;

  /// Bytes of the files that were added.
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
  std::vector<std::byte> directory_;
  std::uint16_t count_ = 0;
};

/// The CRC-32 of ISO 3309, as ZIP has it.
std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace auscult::service
