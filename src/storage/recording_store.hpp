#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"

namespace auscult::storage {

/// A recording's audio as audio::archive() made it.
struct StoredAudio {
  std::string media_type;
  std::vector<std::byte> bytes;
};

/// What to list; unset members do not filter. `from` is inclusive, `to` exclusive.
struct ListQuery {
  std::optional<std::string> device;
  std::optional<std::string> class_name;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  int limit = 50;
  std::optional<std::string> cursor;  ///< Page::next_cursor of the page before.
};

struct Page {
  std::vector<Recording> recordings;  ///< Newest first.
  std::optional<std::string> next_cursor;
};

/// The recordings in one folder: auscult.db (SQLite in WAL mode, every commit synced to disk),
/// data.json and output_audio.wav, the latest recording's answer and listening copy, each replaced
/// atomically. Any thread.
class RecordingStore {
 public:
  /// Opens or creates the store, brings its schema up to date, and mends data.json and
  /// output_audio.wav if a crash came between the commit and their renewal: `listening_copy` makes
  /// the WAV of a stored audio at a gain. Fails with storage_failure: what, where, and what to do.
  using ListeningCopy = Result<std::vector<std::byte>> (*)(const StoredAudio& audio, double gain);
  static Result<RecordingStore> open(const std::filesystem::path& folder,
                                     ListeningCopy listening_copy);

  RecordingStore(RecordingStore&&) noexcept;
  RecordingStore& operator=(RecordingStore&&) noexcept;
  ~RecordingStore();

  /// Returns after the commit is on disk and data.json and output_audio.wav tell of it; concurrent
  /// inserts leave these two at the one committed last.
  Status insert(const Recording& recording, const StoredAudio& audio,
                std::span<const std::byte> listening_wav);

  [[nodiscard]] Result<Recording> find(
      const std::string& id) const;  ///< not_found if there is none.
  [[nodiscard]] Result<StoredAudio> find_audio(const std::string& id) const;
  /// The newest recording of `device`, or of all; not_found if there is none.
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const;
  /// Fails with invalid_argument on a cursor that is none of ours or a limit out of bounds.
  [[nodiscard]] Result<Page> list(const ListQuery& query) const;
  /// Deletes recording and audio for good. data.json and output_audio.wav follow to the newest one
  /// left, and vanish with the last.
  Status remove(const std::string& id);

  /// The text of data.json as it lies on disk; not_found or storage_failure, with the reason.
  [[nodiscard]] Result<std::string> data_json() const;
  /// Whether the database answers and can be written.
  [[nodiscard]] Status check() const;

 private:
  struct State;
  explicit RecordingStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace auscult::storage
