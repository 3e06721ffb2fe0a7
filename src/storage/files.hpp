#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "auscult/result.hpp"

namespace auscult::storage {
class Spool;
}  // namespace auscult::storage

/// The plain files of a store. Failures are storage_failure with the path and the system's reason.
namespace auscult::storage {

/// What to do about an error number of the operating system; empty if there is nothing to say.
std::string_view advice(int error_number);

/// Owns an open file of the operating system.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileDescriptor();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

/// What the operating system says with `error_number` of `path`, to which `what` happened.
Error system_error(const std::filesystem::path& path, const std::string& what, int error_number);

/// Writes all of `content` to a file, whose name for messages is `path`.
Status write_all(const FileDescriptor& file, std::span<const std::byte> content,
                 const std::filesystem::path& path);

/// Claims `folder` for this process until the descriptor is closed or the process ends, however it
/// ends. Fails if another holds it, with that one's process id.
Result<FileDescriptor> lock_folder(const std::filesystem::path& folder);

/// New content of a file, whole and beside it, but not yet in its place; thrown away unless
/// publish() is called. At most one for a file at a time. Not synced: after a loss of power the
/// file may be empty, which is for its owner to mend.
class PendingFile {
 public:
  static Result<PendingFile> write(const std::filesystem::path& file,
                                   std::span<const std::byte> content);
  static Result<PendingFile> write(const std::filesystem::path& file, const Spool& content);
  PendingFile(PendingFile&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  PendingFile& operator=(PendingFile&& other) = delete;
  ~PendingFile();

  /// Puts the content in place of the file's old one, atomically.
  Status publish();

 private:
  explicit PendingFile(std::filesystem::path file) : file_(std::move(file)) {}

  template <typename Fill>
  static Result<PendingFile> fill(const std::filesystem::path& file, Fill fill);

  std::filesystem::path file_;  ///< Empty once published or moved from.
};

/// The content of a file of at most `max_bytes`; not_found if there is none.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

/// Whether the file holds exactly `content`; false if it cannot be read.
bool file_equals(const std::filesystem::path& file, std::span<const std::byte> content);

/// Gives a file another name in its folder, in place of what has that name; on disk when it
/// returns.
Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Deletes a file, if there is one.
Status delete_file(const std::filesystem::path& file);

}  // namespace auscult::storage
