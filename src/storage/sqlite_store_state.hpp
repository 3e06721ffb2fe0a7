#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "storage/files.hpp"
#include "storage/insertions.hpp"
#include "storage/reader_pool.hpp"
#include "storage/sqlite.hpp"
#include "storage/sqlite_recording_store.hpp"

namespace auscult::storage {

/// What a SqliteRecordingStore works with. Only for its own sources.
struct SqliteRecordingStore::State final : SqlAccess {
  State(std::filesystem::path where, FileDescriptor lock, ListeningCopy make_copy,
        Database database, const std::filesystem::path& database_file)
      : folder(std::move(where)),
        folder_lock(std::move(lock)),
        listening_copy(make_copy),
        writer(std::move(database)),
        readers(database_file) {}

  std::filesystem::path folder;
  FileDescriptor folder_lock;
  ListeningCopy listening_copy;
  // Guards `writer` and `listener`, and the order in which data.json and output_audio.wav are
  // replaced and changes told.
  std::mutex writer_mutex;
  Database writer;
  ReaderPool readers;
  Insertions insertions = {};
  std::function<void(const Change&)> listener = {};

  Status read(const Work& work) override;
  Status write(const Work& work) override;
  Status change(const Work& work) override;
  /// There is one process.
  [[nodiscard]] std::string skip_locked() const override { return {}; }

  [[nodiscard]] std::filesystem::path data_json() const { return folder / "data.json"; }
  [[nodiscard]] std::filesystem::path wav() const { return folder / "output_audio.wav"; }

  /// Writes them in one transaction. On a failure nothing is stored, and any of them may be why.
  /// Under `writer_mutex`.
  Status commit(std::span<Insertion* const> together);
  /// Writes them, each by itself if not all can be, and sets their outcomes.
  void insert(std::span<Insertion* const> together);

  /// After the commit, under `writer_mutex`.
  void tell(const Change& change) const {
    if (listener) listener(change);
  }

  /// Makes data.json and output_audio.wav tell of the latest recording.
  Status mend_files();
};

}  // namespace auscult::storage
